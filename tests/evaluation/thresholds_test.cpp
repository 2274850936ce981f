#include "beatbench/evaluation/thresholds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_folder.h"

namespace beatbench {
namespace {

ThresholdCurve curve_of(const std::vector<float>& scores, const std::vector<bool>& is_class) {
  return threshold_curve(rank_inputs(scores, is_class));
}

// The example of scikit-learn's documentation of roc_auc_score (0.75) and average_precision_score (0.83...).
TEST(ThresholdCurve, IsThatOfScikitLearnsExample) {
  const std::vector<float> scores = {0.1F, 0.4F, 0.35F, 0.8F};
  const ThresholdCurve curve = curve_of(scores, {false, false, true, true});
  EXPECT_NEAR(curve.areas.roc_area.value(), 0.75, 1e-12);
  EXPECT_NEAR(curve.areas.average_precision.value(), 0.5 + 0.5 * 2 / 3, 1e-12);
  ASSERT_EQ(curve.points.size(), 4U);
  EXPECT_NEAR(curve.points[1].false_positive_rate, 0.5, 1e-12);
  EXPECT_NEAR(curve.points[1].sensitivity, 0.5, 1e-12);
  EXPECT_NEAR(curve.points[2].sensitivity, 1.0, 1e-12);
}

TEST(ThresholdCurve, EqualScoresAreOneThreshold) {
  const std::vector<float> scores = {0.5F, 0.5F, 0.5F, 0.5F};
  const ThresholdCurve curve = curve_of(scores, {true, false, false, true});
  ASSERT_EQ(curve.points.size(), 1U);
  EXPECT_NEAR(curve.areas.roc_area.value(), 0.5, 1e-12) << "a score that says nothing";
  EXPECT_NEAR(curve.areas.average_precision.value(), 0.5, 1e-12);
}

TEST(ThresholdCurve, HasNoAreaWhereOneKindIsMissing) {
  const std::vector<float> scores = {0.5F, 0.6F};
  EXPECT_FALSE(curve_of(scores, {true, true}).areas.roc_area.has_value());
  EXPECT_FALSE(curve_of(scores, {false, false}).areas.average_precision.has_value());
  EXPECT_TRUE(curve_of({}, {}).points.empty());
  EXPECT_ERROR(curve_of(scores, {true}), ErrorKind::usage, "length");
}

// The same four inputs as class 0, turned round as class 1: the areas of the two are alike.
TEST(ThresholdCurve, OfEachClassAndTheirMean) {
  const std::vector<float> probabilities = {0.1F, 0.9F, 0.3F, 0.4F, 0.1F, 0.1F, 0.35F, 0.65F, 0.2F, 0.8F, 0.2F, 0.3F};
  const std::vector<std::uint64_t> reference = {0b010, 0b010, 0b001, 0b001};
  const auto ranked = rank_by_class(probabilities, reference, 3);
  ASSERT_EQ(ranked.size(), 3U);
  std::vector<RocPrAreas> areas;
  for (const auto& one : ranked) areas.push_back(roc_pr_areas(one));
  EXPECT_NEAR(areas[0].roc_area.value(), 0.75, 1e-12);
  EXPECT_NEAR(areas[1].roc_area.value(), 0.5, 1e-12) << "0.9 and 0.1 against 0.65 and 0.2: 2 of 4 pairs";
  EXPECT_FALSE(areas[2].roc_area.has_value());
  EXPECT_NEAR(mean_areas(areas).roc_area.value(), 0.625, 1e-12) << "over the classes that have one";
  EXPECT_FALSE(mean_areas({}).average_precision.has_value());
  EXPECT_ERROR(rank_by_class(probabilities, reference, 2), ErrorKind::usage, "length");
}

// What is counted several times is as good as there several times.
TEST(ThresholdCurve, CountsAnInputAsOftenAsItIsTold) {
  const std::vector<float> scores = {0.1F, 0.4F, 0.35F, 0.8F, 0.4F};
  const std::vector<bool> is_class = {false, false, true, true, true};
  const std::vector<int> times = {2, 1, 0, 1, 3};
  std::vector<float> repeated;
  std::vector<bool> repeated_class;
  for (std::size_t i = 0; i < scores.size(); ++i) {
    for (int k = 0; k < times[i]; ++k) {
      repeated.push_back(scores[i]);
      repeated_class.push_back(is_class[i]);
    }
  }
  const RocPrAreas weighted = roc_pr_areas(rank_inputs(scores, is_class), times);
  const RocPrAreas expected = curve_of(repeated, repeated_class).areas;
  EXPECT_NEAR(weighted.roc_area.value(), expected.roc_area.value(), 1e-12);
  EXPECT_NEAR(weighted.average_precision.value(), expected.average_precision.value(), 1e-12);
  EXPECT_FALSE(roc_pr_areas(rank_inputs(scores, is_class), std::vector<int>{1, 1, 0, 0, 0}).roc_area.has_value());
}

}  // namespace
}  // namespace beatbench
