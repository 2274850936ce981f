#include "beatbench/report/metrics_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "beatbench/core/error.h"
#include "report/sample_reports.h"

namespace beatbench {
namespace {

using Json = nlohmann::ordered_json;

std::vector<std::string> keys(const Json& object) {
  std::vector<std::string> names;
  for (const auto& [key, value] : object.items()) names.push_back(key);
  return names;
}

TEST(MetricsJson, HasTheAgreedWords) {
  const Json json = metrics_json(samples::metrics());
  EXPECT_THAT(keys(json), testing::ElementsAre("accuracy", "macro_f1", "n", "class_names", "confusion", "classes"));
  EXPECT_EQ(json["n"], 104);
  EXPECT_DOUBLE_EQ(json["accuracy"].get<double>(), 90.0 / 104.0);
  EXPECT_EQ(json["confusion"].dump(), "[[90,0,10],[4,0,0],[0,0,0]]");
  EXPECT_THAT(keys(json["classes"]), testing::ElementsAre("N", "V", "Q"));
  EXPECT_THAT(keys(json["classes"]["V"]),
              testing::ElementsAre("n", "predicted", "sensitivity", "positive_predictivity", "specificity", "f1"));
}

TEST(MetricsJson, AnUndefinedMetricSaysWhy) {
  const Json classes = metrics_json(samples::metrics())["classes"];
  EXPECT_EQ(classes["V"]["positive_predictivity"], "undefined: no beats were put into this class");
  EXPECT_EQ(classes["V"]["f1"], 0.0);
  EXPECT_EQ(classes["Q"]["sensitivity"], "undefined: no beats of this class in the reference");
  EXPECT_EQ(metric_json({std::nullopt, "no reason"}), "undefined: no reason");
}

TEST(MetricsJson, ANumberThatIsNotFiniteNeverReachesTheFile) {
  EXPECT_EQ(metric_json({std::nan(""), ""}), "undefined: not a finite number");
  RunReport run = samples::run_report();
  run.training.windows_per_second = std::numeric_limits<double>::infinity();
  run.training.history[0].train_loss = std::nan("");
  run.provenance.configuration["rate"] = std::nan("");
  const std::string text = report_text(to_json(run));
  EXPECT_THAT(text, testing::Not(testing::HasSubstr("null")));
  const Json json = Json::parse(text);
  EXPECT_EQ(json["training"]["windows_per_second"], "undefined: not a finite number");
  EXPECT_EQ(json["training"]["history"][0]["train_loss"], "undefined: not a finite number");
  EXPECT_EQ(json["training"]["history"][0]["validation_loss"], "undefined: not measured");
  EXPECT_EQ(json["provenance"]["configuration"]["rate"], "undefined: not a finite number");
}

TEST(MetricsJson, RecordsAreKeyedByName) {
  const std::vector<RecordMetrics> records = {{"232", samples::metrics()}, {"100", samples::metrics()}};
  EXPECT_THAT(keys(records_json(records)), testing::ElementsAre("232", "100"));
  const std::vector<RecordMetrics> twice = {{"232", samples::metrics()}, {"232", samples::metrics()}};
  EXPECT_THROW(records_json(twice), Error);
}

TEST(MetricsJson, TimingKeepsSamplesOnlyWhenAsked) {
  EXPECT_FALSE(timing_json(summarise_timing({1, 2})).contains("samples_s"));
  EXPECT_EQ(timing_json(summarise_timing({2, 1}, true))["samples_s"].dump(), "[2.0,1.0]");
}

TEST(ReportText, ReadsBackAsTheSameValues) {
  for (const Json& json : {to_json(samples::run_report()), to_json(samples::summary_report())}) {
    EXPECT_EQ(Json::parse(report_text(json)), json);
  }
}

TEST(ReportText, KeepsShortThingsOnALine) {
  Json json = {{"empty", Json::object()}, {"none", Json::array()}, {"text", "a\"b\n\u00e9"}};
  EXPECT_EQ(report_text(json), "{\"empty\": {}, \"none\": [], \"text\": \"a\\\"b\\n\u00e9\"}\n");
  json["row"] = std::vector<int>(200, 7);
  EXPECT_THAT(report_text(json), testing::StartsWith("{\n  \"empty\": {},\n  \"none\": [],\n"));
  EXPECT_EQ(Json::parse(report_text(json)), json);
}

TEST(ReportText, ReplacesBytesThatAreNotUtf8) { EXPECT_EQ(report_text(Json("a\xff")), "\"a\uFFFD\"\n"); }

TEST(RunReportJson, TakesItsNamesFromWhatTheCheckpointHolds) {
  RunReport run = samples::run_report();
  run.provenance.seed = 18446744073709551615U;  // the largest: no seed may lose digits
  const Json json = Json::parse(report_text(to_json(run)));
  EXPECT_EQ(json["dataset"], json["provenance"]["dataset"]);
  EXPECT_EQ(json["seed"].get<std::uint64_t>(), 18446744073709551615U);
  EXPECT_EQ(json["split"]["train"], Json::parse(R"({"n": 830, "classes": {"N": 800, "V": 30, "Q": 0}})"));
  EXPECT_EQ(json["test"]["records"]["232"]["n"], 104);
  EXPECT_EQ(json["test"]["subsets"]["without record 232"]["n"], 104);
}

TEST(RunReportJson, NamesTheLibraries) {
  EXPECT_EQ(to_json(samples::run_report())["context"]["libraries"]["libtorch"], "1.13.1");
}

TEST(RunReportJson, RefusesPartsThatDoNotFitTogether) {
  RunReport short_part = samples::run_report();
  short_part.split.train.per_class.pop_back();
  EXPECT_THROW(to_json(short_part), Error);
  RunReport other_classes = samples::run_report();
  other_classes.preprocessing.class_names = {"N", "V", "F"};
  EXPECT_THROW(to_json(other_classes), Error);
}

TEST(SummaryReportJson, SaysWhatIsMissing) {
  SummaryReport report = samples::summary_report();
  report.parameters.reset();
  report.peak_memory_bytes.reset();
  const Json json = to_json(report);
  EXPECT_EQ(json["model"]["parameters"], "undefined: the file does not say");
  EXPECT_EQ(json["peak_memory_bytes"], "undefined: the system does not say");
  EXPECT_EQ(json["datasets"]["beats.csv"]["preprocessing_time_per_beat"], "undefined: the rows come as ready windows");
  EXPECT_EQ(json["datasets"]["mitdb"]["inference_time_per_beat"]["samples_s"].size(), 2U);
  report.datasets[1].name = "mitdb";
  EXPECT_THROW(to_json(report), Error);
}

}  // namespace
}  // namespace beatbench
