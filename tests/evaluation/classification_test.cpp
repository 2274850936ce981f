#include "beatbench/evaluation/classification.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

const std::vector<std::string> kAami = {"N", "S", "V", "F", "Q"};

template <typename Call>
void expect_usage_error(Call call, const std::string& words) {
  try {
    call();
    FAIL() << "no error";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), testing::HasSubstr(words));
  }
}

// Expands confusion counts into rows of labels.
struct Labels {
  std::vector<int> reference, predicted;
};

Labels labels_of(const std::vector<std::int64_t>& confusion, int classes) {
  Labels labels;
  for (int row = 0; row < classes; ++row) {
    for (int column = 0; column < classes; ++column) {
      const auto count = static_cast<std::size_t>(confusion[static_cast<std::size_t>(row * classes + column)]);
      labels.reference.insert(labels.reference.end(), count, row);
      labels.predicted.insert(labels.predicted.end(), count, column);
    }
  }
  return labels;
}

// The cumulative confusion matrix on DS2 of de Chazal, O'Dwyer and Reilly 2004 (IEEE Trans. Biomed. Eng. 51:1196,
// doi:10.1109/TBME.2004.827359). Its row sums are DS2's counts.
const std::vector<std::int64_t> kDeChazal = {38444, 1904, 303,  3509, 99,   //
                                             173,   1395, 252,  16,   1,    //
                                             117,   321,  2504, 176,  103,  //
                                             33,    1,    7,    347,  0,    //
                                             4,     0,    3,    0,    0};

TEST(Classification, AgreesWithThePublishedMetricsOfDeChazal) {
  const Labels labels = labels_of(kDeChazal, 5);
  const ClassificationMetrics metrics = evaluate_classification(labels.reference, labels.predicted, kAami);
  EXPECT_EQ(metrics.confusion, kDeChazal);
  EXPECT_EQ(metrics.n, 49712);
  EXPECT_EQ(metrics.classes[0].n, 44259);
  EXPECT_EQ(metrics.classes[1].n, 1837);
  EXPECT_EQ(metrics.classes[2].n, 3221);
  EXPECT_NEAR(metrics.accuracy.value.value(), 0.859, 0.0005);
  EXPECT_NEAR(metrics.classes[0].sensitivity.value.value(), 0.869, 0.0005);
  EXPECT_NEAR(metrics.classes[0].positive_predictivity.value.value(), 0.992, 0.0005);
  EXPECT_NEAR(metrics.classes[1].sensitivity.value.value(), 0.759, 0.0005);
  EXPECT_NEAR(metrics.classes[1].positive_predictivity.value.value(), 0.385, 0.0005);
  EXPECT_NEAR(metrics.classes[2].sensitivity.value.value(), 0.777, 0.0005);
  EXPECT_NEAR(metrics.classes[3].sensitivity.value.value(), 0.894, 0.0005);
  EXPECT_NEAR(metrics.classes[3].positive_predictivity.value.value(), 0.086, 0.0005);
  // The paper's 81.9 % for V follows AAMI in leaving out F and Q beats that were called V (7 + 3); ours counts them.
  EXPECT_NEAR(metrics.classes[2].positive_predictivity.value.value(), 2504.0 / 3069.0, 1e-12);
  EXPECT_EQ(metrics.classes[4].sensitivity.value, 0.0);
  EXPECT_EQ(metrics.classes[4].f1.value, 0.0);
}

// The example of scikit-learn's documentation of classification_report.
TEST(Classification, AgreesWithScikitLearnsExample) {
  const std::vector<int> reference = {0, 1, 2, 2, 2};
  const std::vector<int> predicted = {0, 0, 2, 2, 1};
  const auto metrics = evaluate_classification(reference, predicted, {"class 0", "class 1", "class 2"});
  EXPECT_NEAR(metrics.accuracy.value.value(), 0.60, 1e-12);
  EXPECT_NEAR(metrics.macro_f1.value.value(), 0.49, 0.005);
  EXPECT_NEAR(metrics.classes[0].positive_predictivity.value.value(), 0.50, 0.005);
  EXPECT_NEAR(metrics.classes[0].f1.value.value(), 0.67, 0.005);
  EXPECT_EQ(metrics.classes[1].f1.value, 0.0);
  EXPECT_NEAR(metrics.classes[2].sensitivity.value.value(), 0.67, 0.005);
  EXPECT_NEAR(metrics.classes[2].f1.value.value(), 0.80, 0.005);
}

// 2x2 by hand: TP 90, FN 10, FP 5, TN 895 of the second class.
TEST(Classification, TwoClassesByHand) {
  const auto metrics = metrics_of_confusion({895, 5, 10, 90}, {"normal", "abnormal"});
  const ClassMetrics& abnormal = metrics.classes[1];
  EXPECT_EQ(abnormal.n, 100);
  EXPECT_EQ(abnormal.predicted, 95);
  EXPECT_DOUBLE_EQ(abnormal.sensitivity.value.value(), 0.9);
  EXPECT_DOUBLE_EQ(abnormal.positive_predictivity.value.value(), 90.0 / 95.0);
  EXPECT_DOUBLE_EQ(abnormal.specificity.value.value(), 895.0 / 900.0);
  EXPECT_DOUBLE_EQ(abnormal.f1.value.value(), 180.0 / 195.0);
  EXPECT_DOUBLE_EQ(metrics.accuracy.value.value(), 0.985);
  EXPECT_DOUBLE_EQ(metrics.macro_f1.value.value(), (180.0 / 195.0 + 1790.0 / 1805.0) / 2);
}

TEST(Classification, AClassWithoutReferenceBeatsIsUndefinedAndLeftOutOfTheMean) {
  const auto metrics = metrics_of_confusion({8, 0, 2, 0, 10, 0, 0, 0, 0}, {"a", "b", "c"});
  const ClassMetrics& absent = metrics.classes[2];
  EXPECT_EQ(absent.n, 0);
  EXPECT_EQ(absent.predicted, 2);
  EXPECT_EQ(absent.sensitivity, (Metric{std::nullopt, "no beats of this class in the reference"}));
  EXPECT_EQ(absent.f1, (Metric{std::nullopt, "no beats of this class in the reference"}));
  EXPECT_EQ(absent.positive_predictivity.value, 0.0);
  EXPECT_DOUBLE_EQ(absent.specificity.value.value(), 0.9);
  EXPECT_DOUBLE_EQ(metrics.macro_f1.value.value(), (16.0 / 18.0 + 1.0) / 2);
}

TEST(Classification, AClassThatIsNeverPredictedCountsAsZero) {
  const auto metrics = metrics_of_confusion({10, 0, 5, 0}, {"a", "b"});
  EXPECT_EQ(metrics.classes[1].positive_predictivity, (Metric{std::nullopt, "no beats were put into this class"}));
  EXPECT_EQ(metrics.classes[1].f1.value, 0.0);
  EXPECT_DOUBLE_EQ(metrics.macro_f1.value.value(), 0.5 * 20.0 / 25.0);
}

TEST(Classification, SpecificityIsUndefinedWhereThereIsNothingElse) {
  const auto metrics = metrics_of_confusion({7, 3, 0, 0}, {"a", "b"});
  EXPECT_EQ(metrics.classes[0].specificity, (Metric{std::nullopt, "no beats of other classes in the reference"}));
  EXPECT_DOUBLE_EQ(metrics.classes[1].specificity.value.value(), 0.7);
}

TEST(Classification, NoBeatsAtAll) {
  const auto metrics = evaluate_classification({}, {}, kAami);
  EXPECT_EQ(metrics.n, 0);
  EXPECT_EQ(metrics.accuracy, (Metric{std::nullopt, "no beats in the reference"}));
  EXPECT_EQ(metrics.macro_f1, (Metric{std::nullopt, "no beats in the reference"}));
  EXPECT_EQ(metrics.confusion, std::vector<std::int64_t>(25, 0));
  ASSERT_EQ(metrics.classes.size(), 5U);
  EXPECT_FALSE(metrics.classes[0].specificity.value);
}

// Renaming the classes (here: reversing their order) must only reorder the metrics.
TEST(Classification, DoesNotDependOnTheOrderOfClasses) {
  const std::vector<std::int64_t> reversed(kDeChazal.rbegin(), kDeChazal.rend());
  const auto one = metrics_of_confusion(kDeChazal, kAami);
  const auto other = metrics_of_confusion(reversed, {kAami.rbegin(), kAami.rend()});
  EXPECT_EQ(one.accuracy, other.accuracy);
  EXPECT_NEAR(one.macro_f1.value.value(), other.macro_f1.value.value(), 1e-15);
  for (std::size_t i = 0; i < kAami.size(); ++i) EXPECT_EQ(one.classes[i], other.classes[4 - i]);
}

TEST(Classification, RefusesWhatDoesNotFit) {
  const std::vector<int> two = {0, 1};
  const std::vector<int> three = {0, 1, 1};
  expect_usage_error([&] { evaluate_classification(two, three, kAami); }, "2 reference labels but 3 predicted");
  const std::vector<int> high = {0, 5};
  expect_usage_error([&] { evaluate_classification(two, high, kAami); }, "predicted label 5 in row 1; allowed: 0 to 4");
  const std::vector<int> low = {-1, 0};
  expect_usage_error([&] { evaluate_classification(low, two, kAami); }, "reference label -1 in row 0");
  expect_usage_error([&] { evaluate_classification(two, two, {}); }, "no class names");
  expect_usage_error([&] { evaluate_classification(two, two, {"N", ""}); }, "empty");
  expect_usage_error([&] { evaluate_classification(two, two, {"N", "N"}); }, "'N' is named twice");
  expect_usage_error([] { metrics_of_confusion({1, 2, 3}, {"a", "b"}); }, "must be 4 numbers");
  expect_usage_error([] { metrics_of_confusion({1, 2, 3, -1}, {"a", "b"}); }, "must be 4 numbers from 0");
}

class ByRecord : public testing::Test {
 protected:
  const std::vector<std::string> ids_ = {"100", "207", "232"};
  const std::vector<std::string> names_ = {"N", "S"};
  const std::vector<int> reference_ = {0, 0, 1, 1, 1, 0};
  const std::vector<int> predicted_ = {0, 1, 1, 1, 0, 0};
  const std::vector<std::uint32_t> record_ = {0, 0, 2, 2, 0, 2};
};

TEST_F(ByRecord, GivesMetricsOfRecordsThatHaveRows) {
  const auto records = evaluate_by_record(reference_, predicted_, record_, ids_, names_);
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(records[0].record, "100");
  EXPECT_EQ(records[0].metrics.confusion, (std::vector<std::int64_t>{1, 1, 1, 0}));
  EXPECT_EQ(records[1].record, "232");
  EXPECT_EQ(records[1].metrics.confusion, (std::vector<std::int64_t>{1, 0, 0, 2}));
}

TEST_F(ByRecord, PooledRecordsAreTheWhole) {
  const auto records = evaluate_by_record(reference_, predicted_, record_, ids_, names_);
  EXPECT_EQ(pooled_metrics(records, {}), evaluate_classification(reference_, predicted_, names_));
}

TEST_F(ByRecord, PooledRecordsCanLeaveOneOut) {
  const auto records = evaluate_by_record(reference_, predicted_, record_, ids_, names_);
  const std::vector<std::string> left_out = {"232"};
  EXPECT_EQ(pooled_metrics(records, left_out), records[0].metrics);
}

TEST_F(ByRecord, RefusesWhatDoesNotFit) {
  const std::vector<std::uint32_t> unknown = {0, 0, 2, 3, 0, 2};
  expect_usage_error([&] { evaluate_by_record(reference_, predicted_, unknown, ids_, names_); },
                     "row 3 is of record number 3; there are 3 records");
  const std::vector<std::uint32_t> too_few = {0};
  expect_usage_error([&] { evaluate_by_record(reference_, predicted_, too_few, ids_, names_); },
                     "6 reference labels but 1 record numbers");
  const auto records = evaluate_by_record(reference_, predicted_, record_, ids_, names_);
  const std::vector<std::string> unknown_name = {"207"};
  expect_usage_error([&] { pooled_metrics(records, unknown_name); }, "no record '207'");
  const std::vector<std::string> all = {"100", "232"};
  expect_usage_error([&] { pooled_metrics(records, all); }, "no records are left");
}

// Bit c of a set is class c.
std::vector<std::uint64_t> sets_of(const std::vector<std::vector<int>>& rows) {
  std::vector<std::uint64_t> sets;
  for (const auto& row : rows) {
    sets.push_back(0);
    for (std::size_t c = 0; c < row.size(); ++c) sets.back() |= static_cast<std::uint64_t>(row[c]) << c;
  }
  return sets;
}

// The examples in the documentation of scikit-learn 1.5: f1_score(average=None), multilabel_confusion_matrix and
// accuracy_score of multi-label data.
TEST(MultiLabel, AgreesWithScikitLearnsExamples) {
  const std::vector<std::string> names = {"a", "b", "c"};
  const auto f1 = evaluate_multi_label(sets_of({{0, 0, 0}, {1, 1, 1}, {0, 1, 1}}),
                                       sets_of({{0, 0, 0}, {1, 1, 1}, {1, 1, 0}}), names);
  EXPECT_NEAR(f1.classes[0].f1.value.value(), 0.66666667, 1e-8);
  EXPECT_EQ(f1.classes[1].f1.value, 1.0);
  EXPECT_NEAR(f1.classes[2].f1.value.value(), 0.66666667, 1e-8);
  EXPECT_NEAR(f1.macro_f1.value.value(), 7.0 / 9.0, 1e-12);
  EXPECT_NEAR(f1.accuracy.value.value(), 2.0 / 3.0, 1e-12);

  const auto matrix = evaluate_multi_label(sets_of({{1, 0, 1}, {0, 1, 0}}), sets_of({{1, 0, 0}, {0, 1, 1}}), names);
  EXPECT_THAT(matrix.confusion, testing::ElementsAre(1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 1, 0, 0));
  EXPECT_EQ(evaluate_multi_label(sets_of({{0, 1}, {1, 1}}), sets_of({{1, 1}, {1, 1}}), {"a", "b"}).accuracy.value, 0.5);
}

TEST(MultiLabel, OneClassIsATestOfThereOrNot) {
  const auto metrics =
      evaluate_multi_label(sets_of({{1}, {1}, {1}, {0}, {0}}), sets_of({{1}, {1}, {0}, {1}, {0}}), {"x"});
  EXPECT_EQ(metrics.n, 5);
  EXPECT_EQ(metrics.classes[0].n, 3);
  EXPECT_EQ(metrics.classes[0].predicted, 3);
  EXPECT_NEAR(metrics.classes[0].sensitivity.value.value(), 2.0 / 3, 1e-12);
  EXPECT_NEAR(metrics.classes[0].specificity.value.value(), 0.5, 1e-12);
  EXPECT_EQ(metrics.accuracy.value, 0.6);
}

TEST(MultiLabel, AClassWithoutReferenceIsUndefinedAndLeftOutOfTheMean) {
  const auto metrics = evaluate_multi_label(sets_of({{1, 0}, {0, 0}}), sets_of({{1, 0}, {0, 0}}), {"a", "b"});
  EXPECT_FALSE(metrics.classes[1].f1.value);
  EXPECT_EQ(metrics.macro_f1.value, 1.0);
}

TEST(MultiLabel, CountsAreSummedOverRecords) {
  const std::vector<std::string> names = {"a", "b"};
  const auto one = evaluate_multi_label(sets_of({{1, 0}}), sets_of({{1, 1}}), names),
             two = evaluate_multi_label(sets_of({{0, 1}, {1, 1}}), sets_of({{0, 1}, {0, 1}}), names),
             all = evaluate_multi_label(sets_of({{1, 0}, {0, 1}, {1, 1}}), sets_of({{1, 1}, {0, 1}, {0, 1}}), names);
  const std::vector<RecordMetrics> records = {{"r1", one}, {"r2", two}};
  EXPECT_EQ(pooled_metrics(records, {}), all);
}

TEST(MultiLabel, RefusesWhatDoesNotFit) {
  const std::vector<std::uint64_t> one = {1}, two = {1, 1};
  expect_usage_error([&] { evaluate_multi_label(one, two, {"a"}); }, "1 reference labels but 2");
  expect_usage_error([&] { metrics_of_confusion({1, 2, 3}, {"a"}, true); }, "must be 5 numbers");
  expect_usage_error([&] { metrics_of_confusion({1, 0, 0, 1, 2, 0, 0, 1, 1}, {"a", "b"}, true); }, "different numbers");
}

}  // namespace
}  // namespace beatbench
