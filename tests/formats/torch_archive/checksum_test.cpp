#include "formats/torch_archive/checksum.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_folder.h"

namespace beatbench {
namespace {

// An empty ZIP archive is an end record alone; here with bytes before it, as archives have.
std::string checksummed(const std::string& content, std::size_t part) {
  std::string out;
  ChecksummedArchive archive([&](std::string_view bytes) { out += bytes; });
  const std::string whole = content + std::string("PK\5\6", 4) + std::string(18, '\0');
  for (std::size_t i = 0; i < whole.size(); i += part) archive.write(std::string_view(whole).substr(i, part));
  archive.finish();
  return out;
}

TEST(Checksum, FindsEveryChangedBit) {
  const tests::TestFolder folder;
  const std::string content = checksummed("the weights of a model", 7);
  folder.put("good", content);
  EXPECT_NO_THROW(verify_checksum(folder / "good"));
  for (const std::size_t part : {1, 21, 22, 23, 1000}) EXPECT_EQ(checksummed("the weights of a model", part), content);
  for (std::size_t i = 0; i < content.size(); ++i) {
    std::string damaged = content;
    damaged[i] = static_cast<char>(damaged[i] ^ 4);
    folder.put("bad", damaged);
    EXPECT_ERROR(verify_checksum(folder / "bad"), ErrorKind::data, "bad", "is damaged");
  }
}

}  // namespace
}  // namespace beatbench
