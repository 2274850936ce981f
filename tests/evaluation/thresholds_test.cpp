#include "beatbench/evaluation/thresholds.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "support/test_folder.h"

namespace beatbench {
namespace {

// The example of scikit-learn's documentation of roc_auc_score (0.75) and average_precision_score (0.83...).
TEST(ThresholdCurve, IsThatOfScikitLearnsExample) {
  const std::vector<float> scores = {0.1F, 0.4F, 0.35F, 0.8F};
  const ThresholdCurve curve = threshold_curve(scores, {false, false, true, true});
  EXPECT_NEAR(curve.roc_area.value(), 0.75, 1e-12);
  EXPECT_NEAR(curve.average_precision.value(), 0.5 + 0.5 * 2 / 3, 1e-12);
  ASSERT_EQ(curve.points.size(), 4U);
  EXPECT_NEAR(curve.points[1].false_positive_rate, 0.5, 1e-12);
  EXPECT_NEAR(curve.points[1].sensitivity, 0.5, 1e-12);
  EXPECT_NEAR(curve.points[2].sensitivity, 1.0, 1e-12);
}

TEST(ThresholdCurve, EqualScoresAreOneThreshold) {
  const std::vector<float> scores = {0.5F, 0.5F, 0.5F, 0.5F};
  const ThresholdCurve curve = threshold_curve(scores, {true, false, false, true});
  ASSERT_EQ(curve.points.size(), 1U);
  EXPECT_NEAR(curve.roc_area.value(), 0.5, 1e-12) << "a score that says nothing";
  EXPECT_NEAR(curve.average_precision.value(), 0.5, 1e-12);
}

TEST(ThresholdCurve, HasNoAreaWhereOneKindIsMissing) {
  const std::vector<float> scores = {0.5F, 0.6F};
  EXPECT_FALSE(threshold_curve(scores, {true, true}).roc_area.has_value());
  EXPECT_FALSE(threshold_curve(scores, {false, false}).average_precision.has_value());
  EXPECT_TRUE(threshold_curve({}, {}).points.empty());
  EXPECT_ERROR(threshold_curve(scores, {true}), ErrorKind::usage, "length");
}

// The same four inputs as class 0, turned round as class 1: the areas of the two are alike.
TEST(ThresholdCurve, OfEachClassAndTheirMean) {
  const std::vector<float> probabilities = {0.1F, 0.9F, 0.3F, 0.4F, 0.1F, 0.1F, 0.35F, 0.65F, 0.2F, 0.8F, 0.2F, 0.3F};
  const std::vector<std::uint64_t> reference = {0b010, 0b010, 0b001, 0b001};
  const auto curves = threshold_curves(probabilities, reference, 3);
  ASSERT_EQ(curves.size(), 3U);
  EXPECT_NEAR(curves[0].roc_area.value(), 0.75, 1e-12);
  EXPECT_NEAR(curves[1].roc_area.value(), 0.5, 1e-12) << "0.9 and 0.1 against 0.65 and 0.2: 2 of 4 pairs";
  EXPECT_FALSE(curves[2].roc_area.has_value());
  EXPECT_NEAR(mean_areas(curves).roc_area.value(), 0.625, 1e-12) << "over the classes that have one";
  EXPECT_FALSE(mean_areas({}).average_precision.has_value());
  EXPECT_ERROR(threshold_curves(probabilities, reference, 2), ErrorKind::usage, "length");
}

}  // namespace
}  // namespace beatbench
