#include "beatbench/evaluation/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "support/test_folder.h"

namespace beatbench {
namespace {

// A record with `right` of 10 beats of class A found, and all 10 of class B.
RecordMetrics record(const std::string& name, std::int64_t right) {
  return {name, metrics_of_confusion({right, 10 - right, 0, 10}, {"A", "B"})};
}

std::string itself(const std::string& record) { return record; }

TEST(Series, MeanAndDeviationAreOverTheSeeds) {
  const std::vector<RunScore> runs = {{1, 1, {record("a", 10), record("b", 6)}},
                                      {2, 1, {record("a", 8), record("b", 6)}},
                                      {3, 1, {record("a", 6), record("b", 0)}}};
  const SeriesMetrics metrics = metrics_of_series(runs, {}, {});
  // Sensitivities 16/20, 14/20 and 6/20: mean 0.6, deviation sqrt((0.04 + 0.01 + 0.09) / 2).
  EXPECT_NEAR(metrics.classes[0].sensitivity.mean.value(), 0.6, 1e-12);
  EXPECT_NEAR(metrics.classes[0].sensitivity.sd.value(), std::sqrt(0.07), 1e-12);
  EXPECT_NEAR(metrics.accuracy.mean.value(), (36 + 34 + 26) / 3.0 / 40, 1e-12);
  EXPECT_EQ(metrics.classes[0].n, 20);
  EXPECT_FALSE(metrics.accuracy.interval.has_value()) << "no subjects were told";
}

TEST(Series, FoldsOfASeedAreOneTest) {
  const std::vector<RunScore> runs = {{1, 1, {record("a", 10)}}, {1, 2, {record("b", 5), record("c", 6)}}};
  const SeriesMetrics metrics = metrics_of_series(runs, {}, {});
  EXPECT_NEAR(metrics.classes[0].sensitivity.mean.value(), 21.0 / 30, 1e-12) << "of all beats, not of the folds' means";
  const double difference = 1.0 - 0.55;
  EXPECT_NEAR(metrics.classes[0].sensitivity.sd.value(), difference / std::sqrt(2.0), 1e-12) << "of the two folds";
  EXPECT_EQ(metrics.classes[0].n, 30);
}

TEST(Series, RecordsCanBeLeftOut) {
  const std::vector<RunScore> runs = {{1, 1, {record("a", 10), record("b", 0)}},
                                      {2, 1, {record("a", 8), record("b", 0)}}};
  const std::vector<std::string> b = {"b"}, both = {"a", "b"};
  EXPECT_NEAR(metrics_of_series(runs, b, {}).classes[0].sensitivity.mean.value(), 0.9, 1e-12);
  EXPECT_ERROR(metrics_of_series(runs, both, {}), ErrorKind::usage, "no record is left");
}

// The interval of the mean of two seeds over three subjects: the extreme draws are three times the same subject.
TEST(Series, IntervalsDrawSubjectsForAllSeedsAlike) {
  const std::vector<RunScore> runs = {{1, 1, {record("a", 10), record("b", 5), record("c", 0)}},
                                      {2, 1, {record("a", 10), record("b", 5), record("c", 2)}}};
  const auto interval = metrics_of_series(runs, {}, itself).classes[0].sensitivity.interval.value();
  EXPECT_NEAR(interval.low, 0.1, 1e-12) << "c alone: (0 + 2) / 2 of 10";
  EXPECT_NEAR(interval.high, 1.0, 1e-12);
  const auto one_subject = [](const std::string&) { return std::string("x"); };
  EXPECT_FALSE(metrics_of_series(runs, {}, one_subject).accuracy.interval.has_value());
}

// Of two subjects the second has no B: a quarter of the draws (b, b) has none either. Their macro F1 would be A's
// alone, 2/3. Of (a, b), half of the draws, 15 of 20 A and all 10 B are found, 5 A are called B; in (a, a) all is
// right.
TEST(Series, DrawsThatLackAClassAreLeftOutOfTheMacroMetric) {
  const RunScore run = {
      1,
      1,
      {{"a", metrics_of_confusion({10, 0, 0, 10}, {"A", "B"})}, {"b", metrics_of_confusion({5, 5, 0, 0}, {"A", "B"})}}};
  const SeriesMetrics metrics = metrics_of_series({&run, 1}, {}, itself);
  const double of_both = (30.0 / 35 + 20.0 / 25) / 2;
  EXPECT_NEAR(metrics.macro_f1.mean.value(), of_both, 1e-12);
  const Interval macro = metrics.macro_f1.interval.value();
  EXPECT_NEAR(macro.low, of_both, 1e-12);
  EXPECT_NEAR(macro.high, 1, 1e-12);
  EXPECT_NEAR(static_cast<double>(macro.draws_left_out), 500, 80);
  EXPECT_EQ(metrics.classes[1].f1.interval.value().draws_left_out, macro.draws_left_out);
  EXPECT_EQ(metrics.classes[0].f1.interval.value().draws_left_out, 0);
  EXPECT_NEAR(metrics.classes[0].f1.interval.value().low, 2.0 / 3, 1e-12);
  EXPECT_EQ(metrics.accuracy.interval.value().draws_left_out, 0);
}

// The first seed calls beats B in the first record alone, the second in the second: (a, a) and (b, b) would be of one
// seed each.
TEST(Series, DrawsInWhichASeedLacksTheMetricAreLeftOut) {
  const auto of = [](std::vector<std::int64_t> a, std::vector<std::int64_t> b) {
    return std::vector<RecordMetrics>{{"a", metrics_of_confusion(std::move(a), {"A", "B"})},
                                      {"b", metrics_of_confusion(std::move(b), {"A", "B"})}};
  };
  const std::vector<RunScore> runs = {{1, 1, of({10, 0, 0, 10}, {10, 0, 10, 0})},
                                      {2, 1, of({10, 0, 10, 0}, {8, 2, 0, 8})}};
  const MetricSummary b = metrics_of_series(runs, {}, itself).classes[1].positive_predictivity;
  EXPECT_NEAR(b.mean.value(), (1 + 0.8) / 2, 1e-12);
  EXPECT_NEAR(b.interval.value().low, 0.9, 1e-12);
  EXPECT_NEAR(b.interval.value().high, 0.9, 1e-12);
  EXPECT_NEAR(static_cast<double>(b.interval.value().draws_left_out), 1000, 100);
}

TEST(Series, RunsThatDoNotBelongTogetherAreRefused) {
  EXPECT_ERROR(metrics_of_series({}, {}, {}), ErrorKind::usage, "no run");
  const std::vector<RunScore> fold_lacks = {
      {1, 1, {record("a", 1)}}, {1, 2, {record("b", 1)}}, {2, 1, {record("a", 1)}}};
  EXPECT_ERROR(metrics_of_series(fold_lacks, {}, {}), ErrorKind::usage, "lacks a fold");
  const std::vector<RunScore> others = {{1, 1, {record("a", 1)}},
                                        {2, 1, {{"a", metrics_of_confusion({1, 0, 0, 1}, {"X", "Y"})}}}};
  EXPECT_ERROR(metrics_of_series(others, {}, {}), ErrorKind::usage, "classes differ");
}

TEST(Series, OfRecordingsThatMayBeOfSeveralClasses) {
  const std::vector<std::string> names = {"a", "b"};
  const auto record = [&](const char* name, std::uint64_t reference, std::uint64_t predicted) {
    return RecordMetrics{name, evaluate_multi_label({&reference, 1}, {&predicted, 1}, names)};
  };
  const std::vector<RunScore> runs = {{1, 1, {record("r1", 0b11, 0b11), record("r2", 0b00, 0b01)}},
                                      {1, 2, {record("r3", 0b01, 0b01), record("r4", 0b10, 0b00)}}};
  const SeriesMetrics metrics = metrics_of_series(runs, {}, {});
  EXPECT_EQ(metrics.accuracy.mean, 0.5);
  EXPECT_EQ(metrics.classes[0].n, 2);
  EXPECT_EQ(metrics.classes[1].n, 2);
  EXPECT_NEAR(metrics.classes[0].f1.mean.value(), 0.8, 1e-12);           // 2 right, 1 too many
  EXPECT_NEAR(metrics.classes[1].sensitivity.mean.value(), 0.5, 1e-12);  // 1 of 2
  EXPECT_FALSE(metrics.macro_roc_area.mean.has_value());
}

RunScore whole_recordings(std::uint64_t seed, int fold, const std::vector<TestedRecording>& recordings) {
  RunScore score{seed, fold, {}, recordings};
  for (const TestedRecording& one : recordings)
    score.records.push_back({one.record, evaluate_multi_label({&one.reference, 1}, {&one.predicted, 1}, {"a"})});
  return score;
}

// Neither fold has both kinds, pooled they are scikit-learn's example of roc_auc_score (0.75) and
// average_precision_score (5/6).
TEST(Series, AreasAreOfThePooledProbabilities) {
  const std::vector<RunScore> runs = {whole_recordings(1, 1, {{"r1", 0, 0, {0.1F}}, {"r2", 0, 0, {0.4F}}}),
                                      whole_recordings(1, 2, {{"r3", 1, 0, {0.35F}}, {"r4", 1, 1, {0.8F}}})};
  const SeriesMetrics metrics = metrics_of_series(runs, {}, itself);
  EXPECT_NEAR(metrics.classes[0].roc_area.mean.value(), 0.75, 1e-12);
  EXPECT_NEAR(metrics.classes[0].average_precision.mean.value(), 5.0 / 6, 1e-12);
  EXPECT_NEAR(metrics.macro_roc_area.mean.value(), 0.75, 1e-12);
  EXPECT_FALSE(metrics.macro_roc_area.sd.has_value()) << "no fold has an area by itself";
  const Interval interval = metrics.classes[0].roc_area.interval.value();
  EXPECT_LE(interval.low, 0.5);
  EXPECT_EQ(interval.high, 1);
  const std::vector<std::string> r2 = {"r2"};
  EXPECT_NEAR(metrics_of_series(runs, r2, {}).macro_roc_area.mean.value(), 1, 1e-12);
}

// 0.75 by the first seed and 0 by the second; all probabilities pooled would give 7/16.
TEST(Series, AreasAreTheMeanOverTheSeeds) {
  const std::vector<RunScore> runs = {
      whole_recordings(1, 1, {{"r1", 0, 0, {0.1F}}, {"r2", 0, 0, {0.4F}}, {"r3", 1, 0, {0.35F}}, {"r4", 1, 1, {0.8F}}}),
      whole_recordings(2, 1,
                       {{"r1", 0, 1, {0.9F}}, {"r2", 0, 1, {0.95F}}, {"r3", 1, 1, {0.6F}}, {"r4", 1, 1, {0.7F}}})};
  const SeriesMetrics metrics = metrics_of_series(runs, {}, itself);
  EXPECT_NEAR(metrics.classes[0].roc_area.mean.value(), 0.375, 1e-12);
  EXPECT_NEAR(metrics.classes[0].roc_area.sd.value(), 0.75 / std::sqrt(2.0), 1e-12);
  const double second = (1.0 / 3 + 2.0 / 4) / 2;  // its positives are third and last
  EXPECT_NEAR(metrics.classes[0].average_precision.mean.value(), (5.0 / 6 + second) / 2, 1e-12);
}

}  // namespace
}  // namespace beatbench
