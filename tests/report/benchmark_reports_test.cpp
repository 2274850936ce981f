#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "beatbench/report/annotation_report.h"
#include "beatbench/report/detector_report.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/report/series_report.h"
#include "report/sample_reports.h"
#include "support/report_schema.h"

namespace beatbench {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;
using tests::ReportSchema;

json written(const nlohmann::ordered_json& report) { return json::parse(report_text(report)); }

// Beats 10 samples apart at 10 Hz, of which a test finds the first `found`, a sample late.
BeatComparison comparison(std::int64_t beats, std::int64_t found, double start_s) {
  std::vector<std::int64_t> reference, test;
  for (std::int64_t i = 1; i <= beats; ++i) reference.push_back(10 * i);
  for (std::int64_t i = 1; i <= found; ++i) test.push_back(10 * i + 1);
  return compare_beats(beat_marks(reference), beat_marks(test),
                       {.sampling_rate_hz = 10, .window_s = 0.15, .start_s = start_s});
}

DetectorReport detector_report(const BeatComparison& compared) {
  const std::vector<BeatComparison> one = {compared};
  DetectorScore score;
  score.rule = "ec57";
  score.gross = ec57_metrics(one);
  score.average = average_ec57_metrics(one);
  score.offsets = beat_offsets(one);
  DetectorResult result;
  result.name = "bestpath";
  result.scores = {score};
  result.records = {{"100", score.gross, score.gross}};
  result.seconds = 1;
  DetectorReport report;
  report.data = "ward";
  report.lead = "first";
  report.records = 1;
  report.detectors = {result};
  report.system = samples::system();
  return report;
}

// A recording of 50 s has nothing after its fifth minute.
TEST(DetectorReport, WhatCouldNotBeMeasuredIsADash) {
  const DetectorReport report = detector_report(comparison(50, 50, 300));
  EXPECT_EQ(detector_table(report).text(),
            "detector  Se, EC57  +P, EC57  Se, whole  +P, whole  F1, 50 ms  offset, ms  SD, ms    time\n"
            "--------  --------  --------  ---------  ---------  ---------  ----------  ------  ------\n"
            "bestpath         -         -          -          -          -           -       -  1.00 s\n");
  const json written_one = written(to_json(report));
  EXPECT_EQ(ReportSchema("detectors").complaints(written_one), "");
  EXPECT_THAT(written_one["detectors"][0]["scores"]["ec57"]["offsets"].get<std::string>(), HasSubstr("undefined: "));
}

TEST(DetectorReport, AnOffsetOfNoughtIsANumber) {
  const std::string text = detector_table(detector_report(comparison(50, 50, 0))).text();
  EXPECT_THAT(text, HasSubstr("100.0     0.0")) << "a sample of 0.1 s, always";
  const DetectorReport one = detector_report(comparison(50, 1, 0));
  EXPECT_THAT(detector_table(one).text(), HasSubstr("100.0       -")) << "one beat has no deviation";
  EXPECT_EQ(ReportSchema("detectors").complaints(written(to_json(one))), "");
}

TEST(AnnotationReport, NamesBothRulesOfS) {
  BeatComparison compared = comparison(4, 4, 0);
  using enum Ec57Class;
  const auto count = [&](Ec57Class reference, Ec57Class test) -> std::int64_t& {
    return compared.counts[static_cast<std::size_t>(reference)][static_cast<std::size_t>(test)];
  };
  count(S, S) = 6;
  count(N, S) = 2;
  count(F, S) = 4;
  count(Q, S) = 9;
  AnnotationReport report;
  report.data = "ward";
  report.records = {{"100", compared}};
  report.gross = ec57_metrics(compared);
  report.average = average_ec57_metrics(std::span(&compared, 1));
  report.system = samples::system();
  const std::string text = annotation_metrics_table(report).text();
  EXPECT_THAT(text, HasSubstr("S positive predictivity, EC57       6   50.00     -    50.00\n"));  // 6 of 12
  EXPECT_THAT(text, HasSubstr("S positive predictivity, sumstats   6   75.00     -    75.00\n"));  // 6 of 8
  const json written_one = written(to_json(report));
  EXPECT_EQ(ReportSchema("annotations").complaints(written_one), "");
  EXPECT_EQ(written_one["gross"]["S"]["positive_predictivity"], 0.5);
  EXPECT_EQ(written_one["gross"]["s_positive_predictivity_sumstats"], 0.75);
}

SeriesReport series_report() {
  SeriesReport report;
  report.model = "resnet1d";
  report.dataset = "ward";
  report.protocol = "inter-patient";
  report.class_map = "aami5";
  report.folders = {"seed-1"};
  report.runs = {{1,
                  1,
                  {{"a", metrics_of_confusion({10, 0, 0, 10}, {"N", "V"})},
                   {"b", metrics_of_confusion({5, 5, 0, 0}, {"N", "V"})}}}};
  report.metrics = metrics_of_series(report.runs, {}, [](const std::string& record) { return record; });
  report.configuration = json::object();
  report.system = samples::system();
  return report;
}

TEST(SeriesReport, SaysHowManyDrawsLackAClass) {
  SeriesReport report = series_report();
  const std::int64_t left_out = report.metrics.macro_f1.interval.value().draws_left_out;
  ASSERT_GT(left_out, 0);
  const std::string number = std::to_string(left_out);
  EXPECT_THAT(series_text(report.metrics, false),
              HasSubstr("of 2000 draws of subjects, left out of an interval because they lack a class: macro F1 " +
                        number + ", F1 of V " + number + "\n"));
  const json metrics = written(to_json(report))["figures"];
  EXPECT_EQ(metrics["macro_f1"]["draws_left_out"], left_out);
  EXPECT_EQ(metrics["accuracy"]["draws_left_out"], 0);
  EXPECT_THAT(metrics["macro_roc_area"]["draws_left_out"].get<std::string>(), HasSubstr("undefined: "));
  EXPECT_EQ(ReportSchema("series").complaints(written(to_json(report))), "");

  report.intra_patient = true;
  EXPECT_THAT(series_text(report.metrics, true), Not(HasSubstr("draws")));
  EXPECT_EQ(ReportSchema("series").complaints(written(to_json(report))), "");
}

// 15 of 20 N and 10 of 10 V; one run has no deviation.
TEST(SeriesReport, ShowsMeansAndIntervals) {
  const SeriesMetrics metrics = series_report().metrics;
  EXPECT_THAT(series_table(metrics, false).text(), HasSubstr("N      20    75.00 (50.0-100.0)"));
  EXPECT_THAT(series_table(metrics, true).text(), HasSubstr("V      10       100.00"));
  EXPECT_THAT(series_text(metrics, true), testing::StartsWith("accuracy 83.33 %, macro F1 82.86 %\n"));
}

}  // namespace
}  // namespace beatbench
