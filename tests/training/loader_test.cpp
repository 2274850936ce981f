#include "training/loader.h"

#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace beatbench {
namespace {

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

}  // namespace
}  // namespace beatbench
