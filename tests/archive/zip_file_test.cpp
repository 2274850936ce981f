#include "archive/zip_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_folder.h"
#include "support/zip_archive.h"

namespace beatbench::archive {
namespace {

using testing::HasSubstr;
using tests::little_endian;
using tests::TestFolder;
using tests::zip_archive;

using Contents = std::vector<std::pair<std::string, std::string>>;

const Contents kContents = {{"m/data.pkl", "some pickle"}, {"m/data/0", "0123456789abcdef"}, {"m/version", "3\n"}};

Contents contents_of(const std::filesystem::path& file) {
  ZipFile zip(file);
  Contents contents;
  for (const ZipEntry& entry : zip.entries()) contents.emplace_back(entry.name, zip.content(entry, 1000));
  return contents;
}

std::string replaced(std::string text, std::string_view what, std::string_view by, std::size_t from = 0) {
  return text.replace(text.find(what, from), what.size(), by);
}

TEST(ZipFile, ReadsEntries) {
  const TestFolder folder;
  folder.put("a.pt", zip_archive(kContents));
  EXPECT_EQ(contents_of(folder / "a.pt"), kContents);
  ZipFile zip(folder / "a.pt");
  EXPECT_ERROR(zip.content(zip.entries()[1], 15), ErrorKind::data, "m/data/0", "16", "15");
}

// Nothing that a flipped bit leads to is another name or other content.
TEST(ZipFile, NoFlippedBitGoesUnnoticed) {
  const TestFolder folder;
  const std::string sound = zip_archive(kContents);
  int refused = 0;
  for (std::size_t bit = 0; bit < sound.size() * 8; ++bit) {
    std::string damaged = sound;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << bit % 8));
    folder.put("a.pt", damaged);
    try {
      EXPECT_EQ(contents_of(folder / "a.pt"), kContents) << "bit " << bit;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::data);
      ++refused;
    }
  }
  EXPECT_GT(refused, 1000);  // the others are times, versions and attributes, which no reader goes by
}

TEST(ZipFile, NoTruncationGoesUnnoticed) {
  const TestFolder folder;
  const std::string sound = zip_archive(kContents);
  for (std::size_t length = 0; length < sound.size(); ++length) {
    folder.put("a.pt", sound.substr(0, length));
    EXPECT_ERROR(ZipFile(folder / "a.pt"), ErrorKind::data, "a.pt");
  }
}

// Two readers could take each of these for different archives.
TEST(ZipFile, RefusesWhatIsAmbiguous) {
  const TestFolder folder;
  const std::string sound = zip_archive(kContents);
  const auto expect = [&](const std::string& archive, const char* message) {
    folder.put("a.pt", archive);
    EXPECT_ERROR(ZipFile(folder / "a.pt"), ErrorKind::data, "a.pt", message);
  };
  expect("bytes before it" + sound, "directory does not end where");
  expect(sound + "bytes behind it", "end record does not end");
  expect(sound + sound, "directory does not end where");
  expect(zip_archive({{"m/data.pkl", "a"}, {"m/DATA.pkl", "b"}}), "there twice");
  expect(replaced(sound, "m/data.pkl", "m/date.pkl"), "does not fit the directory");
  expect(replaced(sound, "some pickle", "some PICKLE"), "CRC-32");
  // Both entries begin at the first one's header.
  std::string overlapping = zip_archive({{"m/a", "content"}, {"m/a", "content"}});
  const std::size_t second = overlapping.rfind("PK\1\2");
  overlapping.replace(second + 42, 4, little_endian(0, 4));
  expect(overlapping, "there twice");
}

TEST(ZipFile, RefusesWhatIsNoRegularFile) {
  const TestFolder folder;
  EXPECT_ERROR(ZipFile(folder.path()), ErrorKind::io, "no regular file");
  EXPECT_ERROR(ZipFile("/dev/zero"), ErrorKind::io, "no regular file");
}

// An end record of ZIP64, as LibTorch always writes it (APPNOTE.TXT 4.3.14 and 4.3.15), and what it says of numbers.
TEST(ZipFile, ReadsZip64) {
  const TestFolder folder;
  const std::string plain = zip_archive(kContents);
  const std::size_t end = plain.size() - 22;
  const auto narrow = [&](std::size_t at, int bytes) {
    return plain.substr(end + at, static_cast<std::size_t>(bytes));
  };
  const std::string directory_size = narrow(12, 4) + std::string(4, '\0'),
                    offset = narrow(16, 4) + std::string(4, '\0');
  const std::string end64 = "PK\6\6" + little_endian(44, 8) + little_endian(45, 2) + little_endian(45, 2) +
                            little_endian(0, 8) + little_endian(3, 8) + little_endian(3, 8) + directory_size + offset;
  const std::string locator = "PK\6\7" + little_endian(0, 4) + little_endian(end, 8) + little_endian(1, 4);
  folder.put("a.pt", plain.substr(0, end) + end64 + locator + plain.substr(end));
  EXPECT_EQ(contents_of(folder / "a.pt"), kContents);
  std::string saturated = plain.substr(end);
  saturated.replace(8, 12, std::string(12, '\xFF'));
  folder.put("b.pt", plain.substr(0, end) + end64 + locator + saturated);
  EXPECT_EQ(contents_of(folder / "b.pt"), kContents);
  std::string other = plain.substr(end);
  other.replace(10, 2, little_endian(2, 2)).replace(8, 2, little_endian(2, 2));
  folder.put("c.pt", plain.substr(0, end) + end64 + locator + other);
  EXPECT_ERROR(ZipFile(folder / "c.pt"), ErrorKind::data, "contradict");
}

}  // namespace
}  // namespace beatbench::archive
