#include "beatbench/core/statistics.h"

#include <gtest/gtest.h>

#include <cmath>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

using Values = std::vector<double>;

// R 4: quantile(c(1, 2, 3, 4, 10), c(0.5, 0.9, 0.99), type = 7) gives 3, 7.6, 9.76.
TEST(Quantile, IsOfType7) {
  const Values values = {1, 2, 3, 4, 10};
  EXPECT_DOUBLE_EQ(quantile_of_sorted(values, 0.5), 3);
  EXPECT_DOUBLE_EQ(quantile_of_sorted(values, 0.9), 7.6);
  EXPECT_DOUBLE_EQ(quantile_of_sorted(values, 0.99), 9.76);
}

TEST(Quantile, Ends) {
  const Values values = {1, 2, 5}, one = {4};
  EXPECT_EQ(quantile_of_sorted(values, 0), 1);
  EXPECT_EQ(quantile_of_sorted(values, 1), 5);
  EXPECT_EQ(quantile_of_sorted(one, 0.95), 4);
}

TEST(Quantile, RefusesNothingAndOtherParts) {
  const Values one = {1};
  EXPECT_THROW(quantile_of_sorted(one, 1.5), Error);
  EXPECT_THROW(quantile_of_sorted(one, -0.1), Error);
  EXPECT_THROW(quantile_of_sorted(one, std::nan("")), Error);
  EXPECT_THROW(quantile_of_sorted({}, 0.5), Error);
  EXPECT_THROW(median({}), Error);
}

// The example of numpy's documentation: the median of 10, 7, 4, 3, 2, 1 is 3.5.
TEST(Median, IsTheQuantileOfAHalf) {
  EXPECT_EQ(median({10, 7, 4, 3, 2, 1}), 3.5);
  EXPECT_EQ(median({7, 10, 3}), 7);
  const Values ascending = {-3.25, 0.1, 0.7, 2.3};
  EXPECT_DOUBLE_EQ(median(ascending), quantile_of_sorted(ascending, 0.5));
}

// The squared differences of 2, 4, 4, 4, 5, 5, 7, 9 from their mean 5 add up to 32.
TEST(StandardDeviation, DividesByOneLessThanTheNumber) {
  const Values values = {2, 4, 4, 4, 5, 5, 7, 9}, one = {3};
  EXPECT_DOUBLE_EQ(mean(values).value(), 5);
  EXPECT_DOUBLE_EQ(standard_deviation(values).value(), std::sqrt(32.0 / 7));
  EXPECT_FALSE(standard_deviation(one).has_value());
  EXPECT_FALSE(mean({}).has_value());
}

// Differences of quarters about a billion, whose squares a difference of sums would lose.
TEST(StandardDeviation, OfSmallDifferencesAboutALargeMean) {
  const Values values = {1e9, 1e9 + 0.25, 1e9 + 0.5};
  EXPECT_DOUBLE_EQ(standard_deviation(values).value(), 0.25);
}

TEST(TrimmedRange, LeavesOutOneInSoManyOnEitherSide) {
  std::vector<float> values;
  for (int i = 0; i < 30; ++i) values.push_back(static_cast<float>(i * 7 % 30));  // 0 to 29
  EXPECT_EQ(trimmed_range(values, 10).low, 3);
  EXPECT_EQ(trimmed_range(values, 10).high, 26);
  EXPECT_EQ(trimmed_range(values, 31).low, 0);
  EXPECT_EQ(trimmed_range(values, 31).high, 29);
  EXPECT_EQ(trimmed_range({5}, 100).low, 5);
  EXPECT_EQ(trimmed_range({5}, 100).high, 5);
  EXPECT_EQ(trimmed_range({3, 1, 2}, 3).low, 2);
  EXPECT_THROW(trimmed_range({}, 10), Error);
  EXPECT_THROW(trimmed_range({1, 2}, 2), Error);
}

}  // namespace
}  // namespace beatbench
