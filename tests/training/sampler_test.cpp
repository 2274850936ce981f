#include "training/sampler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "models/made_up_beats.h"

namespace beatbench {
namespace {

using tests::made_up_windows;

TEST(Sampler, ShuffledVisitsEachRowOnceAndBalancedEachClassEquallyOften) {
  BeatSet windows = made_up_windows(300);
  for (std::size_t i = 0; i < 240; ++i) windows.rows[i].label = 0;  // now 260, 20 and 20 of a class
  std::vector<Example> rows;
  for (std::uint32_t i = 0; i < 300; ++i) rows.push_back({i, 0});
  auto order = epoch_order(windows, rows, "shuffled", 1, 1);
  EXPECT_NE(order, rows);
  EXPECT_EQ(order, epoch_order(windows, rows, "shuffled", 1, 1));
  EXPECT_NE(order, epoch_order(windows, rows, "shuffled", 1, 2));
  std::ranges::sort(order);
  EXPECT_EQ(order, rows);

  std::array<int, 3> counts{};
  for (int epoch = 1; epoch <= 10; ++epoch) {
    for (const Example& example : epoch_order(windows, rows, "balanced", 1, epoch))
      ++counts[static_cast<std::size_t>(windows.rows[example.row].label)];
  }
  for (const int count : counts) EXPECT_NEAR(count, 1000, 130);  // five standard deviations of 3000 draws at 1/3
}

TEST(Sampler, LossWeightsHaveMeanOneAndFollowTheirRule) {
  BeatSet windows = made_up_windows(300);
  for (std::size_t i = 0; i < 240; ++i) windows.rows[i].label = 0;
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < 300; ++i) rows.push_back(i);
  EXPECT_TRUE(loss_weights(windows, rows, 4, "none").empty());
  const auto balanced = loss_weights(windows, rows, 4, "balanced");
  EXPECT_NEAR(balanced[1] / balanced[0], 260.0 / 20.0, 1e-4);
  EXPECT_EQ(balanced[3], 0.0F);
  EXPECT_NEAR((260 * balanced[0] + 20 * balanced[1] + 20 * balanced[2]) / 300, 1.0, 1e-5);
  EXPECT_NEAR(loss_weights(windows, rows, 4, "balanced", 5)[1] / loss_weights(windows, rows, 4, "balanced", 5)[0], 5,
              1e-4);
  const auto root = loss_weights(windows, rows, 4, "sqrt");
  EXPECT_NEAR(root[1] / root[0], std::sqrt(260.0 / 20.0), 1e-4);
}

// Record a holds 90 beats of class 0 and b 10: a beat of b counts three times one of a, and their mean is 1.
TEST(Sampler, RowWeightsLetARecordWithManyBeatsCountLess) {
  BeatSet windows = made_up_windows(102);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < 100; ++i) {
    windows.rows[i].label = 0;
    windows.rows[i].record = i < 90 ? 0 : 1;
    rows.push_back(i);
  }
  const auto weights = row_weights(windows, rows, {});
  EXPECT_NEAR(weights[95] / weights[5], 3, 1e-5);
  EXPECT_NEAR((90 * weights[5] + 10 * weights[95]) / 100, 1, 1e-5);
  EXPECT_EQ(weights[101], 0) << "no row of the training";
  const std::vector<float> of_classes = {0.5F, 1, 1};
  EXPECT_NEAR(row_weights(windows, rows, of_classes)[5], 0.5F * weights[5], 1e-6);
}

TEST(Sampler, WeightsOfSeveralClassesAreThoseWithoutOverThoseWith) {
  BeatSet set = made_up_windows(100);
  std::vector<std::uint32_t> rows;
  for (std::uint32_t i = 0; i < 100; ++i) {
    rows.push_back(i);
    set.rows[i].classes = (i < 20 ? 1U : 0U) | (i < 50 ? 2U : 0U);
  }
  EXPECT_THAT(loss_weights(set, rows, 3, "balanced", 0, true), testing::ElementsAre(4, 1, 1));
  EXPECT_THAT(loss_weights(set, rows, 3, "sqrt", 0, true), testing::ElementsAre(2, 1, 1));
  EXPECT_THAT(loss_weights(set, rows, 3, "balanced", 3, true), testing::ElementsAre(3, 1, 1));
}

}  // namespace
}  // namespace beatbench
