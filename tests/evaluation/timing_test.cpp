#include "beatbench/evaluation/timing.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

// R 4: quantile(c(1, 2, 3, 4, 10), c(0.5, 0.9, 0.99), type = 7) gives 3, 7.6, 9.76.
TEST(Timing, AgreesWithQuantilesOfType7) {
  const Timing timing = summarise_timing({10, 2, 3, 1, 4});
  EXPECT_EQ(timing.n, 5);
  EXPECT_DOUBLE_EQ(timing.median_s, 3.0);
  EXPECT_DOUBLE_EQ(timing.p90_s, 7.6);
  EXPECT_DOUBLE_EQ(timing.p99_s, 9.76);
  EXPECT_DOUBLE_EQ(timing.mean_s, 4.0);
  EXPECT_DOUBLE_EQ(timing.min_s, 1.0);
  EXPECT_TRUE(timing.samples_s.empty());
}

// The example of numpy's documentation: the median of 10, 7, 4, 3, 2, 1 is 3.5.
TEST(Timing, MedianOfAnEvenNumber) { EXPECT_DOUBLE_EQ(summarise_timing({10, 7, 4, 3, 2, 1}).median_s, 3.5); }

TEST(Timing, OneTimingIsEveryQuantile) {
  const Timing timing = summarise_timing({0.25});
  EXPECT_EQ(timing.median_s, 0.25);
  EXPECT_EQ(timing.p99_s, 0.25);
  EXPECT_EQ(timing.min_s, 0.25);
}

TEST(Timing, KeepsSamplesInTheirOrder) {
  EXPECT_EQ(summarise_timing({3, 1, 2}, true).samples_s, (std::vector<double>{3, 1, 2}));
}

TEST(Timing, RefusesWhatIsNoDuration) {
  EXPECT_THROW(summarise_timing({}), Error);
  EXPECT_THROW(summarise_timing({1, -1}), Error);
  EXPECT_THROW(summarise_timing({1, std::nan("")}), Error);
  EXPECT_THROW(summarise_timing({std::numeric_limits<double>::infinity()}), Error);
}

}  // namespace
}  // namespace beatbench
