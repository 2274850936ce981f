#include "training/loader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <fstream>
#include <thread>

#include "beatbench/core/files.h"
#include "models/checksum.h"
#include "support/test_folder.h"
#include "training/saved_states.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;
using tests::TestFolder;

Batch numbered(std::int64_t number) { return {torch::full({1}, number), torch::full({1}, -number), number}; }

TEST(BatchLoader, GivesBatchesInOrderWhateverTheThreads) {
  for (const int threads : {0, 1, 2, 5}) {
    BatchLoader loader(
        [](std::int64_t number) {
          std::this_thread::sleep_for(std::chrono::microseconds(number % 3 * 300));
          return numbered(number);
        },
        4, 40, threads);
    for (std::int64_t number = 4; number < 40; ++number) {
      const Batch batch = loader.next();
      EXPECT_EQ(batch.count, number) << threads;
      EXPECT_EQ(batch.inputs.item<std::int64_t>(), number);
      EXPECT_EQ(batch.targets.item<std::int64_t>(), -number);
    }
  }
}

TEST(BatchLoader, IsReadyWhenTheStepEndsAndHoldsFewBatches) {
  std::atomic<std::int64_t> made = 0;
  BatchLoader loader([&](std::int64_t number) { return ++made, numbered(number); }, 0, 1000, 2);
  loader.next();
  for (int i = 0; i < 2000 && made < 4; ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  EXPECT_EQ(made, 4) << "one that was given and three that wait";
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_EQ(made, 4) << "no more than may wait";
}  // and ends though most are never asked for

TEST(BatchLoader, PassesOnWhatWentWrong) {
  for (const int threads : {0, 2}) {
    BatchLoader loader(
        [](std::int64_t number) {
          if (number == 2) throw std::runtime_error("row 17");
          return numbered(number);
        },
        0, 5, threads);
    EXPECT_EQ(loader.next().count, 0);
    EXPECT_EQ(loader.next().count, 1);
    EXPECT_THROW(loader.next(), std::runtime_error);
    EXPECT_EQ(loader.next().count, 3);
  }
}

TEST(SavedStates, MakeRoomAndKeepTheLast) {
  const TestFolder folder;
  for (int i = 1; i <= 5; ++i) {
    make_room_for_state(folder.path(), 3);
    write_file_atomically(folder / "last.pt", "state " + std::to_string(i));
  }
  const auto states = saved_states(folder.path());
  ASSERT_EQ(states.size(), 3U);
  EXPECT_EQ(read_text_file(states[0]), "state 5");
  EXPECT_EQ(read_text_file(states[1]), "state 4");
  EXPECT_EQ(read_text_file(states[2]), "state 3");
  EXPECT_EQ(states[2].filename(), "last-2.pt");
  make_room_for_state(folder.path(), 3);  // and then the program is killed
  EXPECT_EQ(read_text_file(saved_states(folder.path()).front()), "state 5");
  folder.put(".last.pt.partial-123", "half");
  remove_partial_files(folder.path());
  EXPECT_FALSE(fs::exists(folder / ".last.pt.partial-123"));
  EXPECT_TRUE(fs::exists(folder / "last.pt"));
}

TEST(SavedStates, OneAloneIsReplaced) {
  const TestFolder folder;
  for (int i = 1; i <= 3; ++i) {
    make_room_for_state(folder.path(), 1);
    write_file_atomically(folder / "last.pt", std::to_string(i));
  }
  EXPECT_EQ(saved_states(folder.path()).size(), 1U);
}

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
  const TestFolder folder;
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
