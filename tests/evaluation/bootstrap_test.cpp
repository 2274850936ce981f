#include "beatbench/evaluation/bootstrap.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace beatbench {
namespace {

using Recordings = std::span<const std::size_t>;
using Metrics = std::vector<std::optional<double>>;

// A hundred values whose mean has a known standard error; each stands for a subject.
class Bootstrap : public testing::Test {
 protected:
  Bootstrap() {
    for (int i = 0; i < 100; ++i) {
      values_.push_back(std::sin(1.0 + 7.3 * i) * (i % 5));
      subjects_.push_back("s" + std::to_string(i));
    }
    const double n = static_cast<double>(values_.size());
    mean_ = std::accumulate(values_.begin(), values_.end(), 0.0) / n;
    double squares = 0;
    for (const double value : values_) squares += (value - mean_) * (value - mean_);
    standard_error_ = std::sqrt(squares / n / n);  // of the bootstrap's own distribution: n, not n - 1
  }

  Metrics mean_of(Recordings recordings, std::size_t per_subject = 1) const {
    double sum = 0;
    for (const std::size_t i : recordings) sum += values_[i / per_subject];
    return {sum / static_cast<double>(recordings.size())};
  }

  std::vector<double> values_;
  std::vector<std::string> subjects_;
  double mean_ = 0, standard_error_ = 0;
};

// The normal approximation of the mean's distribution, 1.95996 and 1.64485 standard errors.
TEST_F(Bootstrap, OfAMeanIsWhatItsStandardErrorSays) {
  const auto metrics = [&](Recordings recordings) { return mean_of(recordings); };
  const auto at_95 = bootstrap_over_subjects(subjects_, metrics, {.draws = 20000});
  ASSERT_TRUE(at_95.at(0).has_value());
  EXPECT_NEAR(at_95[0]->low, mean_ - 1.95996 * standard_error_, 0.06 * standard_error_);
  EXPECT_NEAR(at_95[0]->high, mean_ + 1.95996 * standard_error_, 0.06 * standard_error_);
  const auto at_90 = bootstrap_over_subjects(subjects_, metrics, {.draws = 20000, .level = 0.9});
  EXPECT_NEAR(at_90[0]->high, mean_ + 1.64485 * standard_error_, 0.06 * standard_error_);
}

// Four equal recordings of each subject know no more than one.
TEST_F(Bootstrap, RecordingsOfOneSubjectStayTogether) {
  std::vector<std::string> four_each;
  for (const std::string& subject : subjects_) four_each.insert(four_each.end(), 4, subject);
  const auto one = bootstrap_over_subjects(subjects_, [&](Recordings r) { return mean_of(r); });
  const auto four = bootstrap_over_subjects(four_each, [&](Recordings r) { return mean_of(r, 4); });
  EXPECT_NEAR(four[0]->low, one[0]->low, 1e-12);
  EXPECT_NEAR(four[0]->high, one[0]->high, 1e-12);
}

TEST_F(Bootstrap, HangsOnTheSeedAlone) {
  const auto metrics = [&](Recordings recordings) { return mean_of(recordings); };
  const auto first = bootstrap_over_subjects(subjects_, metrics);
  EXPECT_EQ(bootstrap_over_subjects(subjects_, metrics), first);
  EXPECT_NE(bootstrap_over_subjects(subjects_, metrics, {.seed = 2}), first);
}

TEST_F(Bootstrap, UndefinedMetricsHaveNoInterval) {
  int odd = 0;
  const auto metrics = [&](Recordings recordings) -> Metrics {
    if (recordings[0] % 2 == 0) return {1.0, std::nullopt, 5.0};
    ++odd;
    return {2.0, std::nullopt, std::nullopt};
  };
  const auto intervals = bootstrap_over_subjects(subjects_, metrics);
  EXPECT_NEAR(odd, 1000, 100) << "of 2000 draws";
  EXPECT_EQ(intervals[0], (Interval{1, 2, 0}));
  EXPECT_EQ(intervals[1], std::nullopt);
  EXPECT_EQ(intervals[2], (Interval{5, 5, odd}));
  const std::vector<std::string> one = {"a", "a"};
  EXPECT_EQ(bootstrap_over_subjects(one, metrics), std::vector<std::optional<Interval>>(3));
}

}  // namespace
}  // namespace beatbench
