#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/report/prediction_report.h"
#include "beatbench/report/series_report.h"
#include "report/sample_reports.h"
#include "support/report_schema.h"

namespace beatbench {
namespace {

using nlohmann::json;
using tests::ReportSchema;

json written(const nlohmann::ordered_json& report) { return json::parse(report_text(report)); }
json run() { return written(to_json(samples::run_report())); }
json summary() { return written(to_json(samples::summary_report())); }

TEST(Schema, HoldsForBothReports) {
  EXPECT_EQ(ReportSchema("run").complaints(run()), "");
  EXPECT_EQ(ReportSchema("summary").complaints(summary()), "");
  EXPECT_EQ(ReportSchema("").complaints(run()), "");
  EXPECT_EQ(ReportSchema("").complaints(summary()), "");
}

// Two beats cannot tell the two areas apart; these four can: scikit-learn's example (0.75 and 5/6), and the same scores
// for the class that is never there.
TEST(Schema, HasTheAreasOfEachClass) {
  RunReport report = samples::run_report();
  const std::vector<float> scores = {0.1F, 0.4F, 0.35F, 0.8F};
  const RocPrAreas example = roc_pr_areas(rank_inputs(scores, {false, false, true, true}));
  const RocPrAreas sure = roc_pr_areas(rank_inputs(scores, {false, false, false, true}));
  report.test.areas = {example, sure, roc_pr_areas(rank_inputs(scores, {false, false, false, false}))};
  const json areas = written(to_json(report))["test"]["areas"];
  EXPECT_DOUBLE_EQ(areas["classes"]["N"]["roc_area"].get<double>(), 0.75);
  EXPECT_DOUBLE_EQ(areas["classes"]["N"]["average_precision"].get<double>(), 5.0 / 6);
  EXPECT_EQ(areas["classes"]["V"]["roc_area"], 1.0);
  EXPECT_THAT(areas["classes"]["Q"]["roc_area"].get<std::string>(), testing::StartsWith("undefined: "));
  EXPECT_DOUBLE_EQ(areas["macro"]["roc_area"].get<double>(), 0.875);
  EXPECT_DOUBLE_EQ(areas["macro"]["average_precision"].get<double>(), 11.0 / 12);
  report.test.areas.pop_back();
  EXPECT_THROW(to_json(report), Error);
}

TEST(Schema, HoldsWhereNearlyEverythingIsUndefined) {
  RunReport bare = samples::run_report();
  bare.test.metrics = metrics_of_confusion(std::vector<std::int64_t>(9, 0), {"N", "V", "Q"});
  bare.test.records.clear();
  bare.test.subsets.clear();
  bare.training = {};
  bare.training.windows_per_second = std::numeric_limits<double>::quiet_NaN();
  bare.notes.clear();
  bare.system = measure_system_info({});
  EXPECT_EQ(ReportSchema("run").complaints(written(to_json(bare))), "");
  SummaryReport empty = samples::summary_report();
  empty.datasets.clear();
  empty.throughput.clear();
  empty.parameters.reset();
  empty.peak_memory_bytes.reset();
  EXPECT_EQ(ReportSchema("summary").complaints(written(to_json(empty))), "");
}

TEST(Schema, RefusesAKindItDoesNotKnow) {
  json report = run();
  report["kind"] = "other";
  EXPECT_NE(ReportSchema("").complaints(report), "");
}

// What the schema must catch, or it would pass anything: each change to a sound report has to be refused.
TEST(Schema, RefusesWhatIsWrong) {
  const ReportSchema schema("run");
  const auto refused = [&](const std::string& pointer, const json& value) {
    json report = run();
    report[json::json_pointer(pointer)] = value;
    return !schema.complaints(report).empty();
  };
  EXPECT_TRUE(refused("/unheard_of", 1));
  EXPECT_TRUE(refused("/test/unheard_of", 1));
  EXPECT_TRUE(refused("/test/classes/N/recall", 0.5));
  EXPECT_TRUE(refused("/context/unheard_of", "x"));
  EXPECT_TRUE(refused("/test/accuracy", nullptr));
  EXPECT_TRUE(refused("/test/accuracy", 99.05));
  EXPECT_TRUE(refused("/test/accuracy", "undefined"));
  EXPECT_TRUE(refused("/test/n", -1));
  EXPECT_TRUE(refused("/test/n", 1.5));
  EXPECT_TRUE(refused("/test/confusion/0/0", "90"));
  EXPECT_TRUE(refused("/test/records/100/macro_f1", nullptr));
  EXPECT_TRUE(refused("/context/date", "yesterday"));
  EXPECT_TRUE(refused("/schema_version", 0));
}

// Takes each required key away in turn, in every object that the schema describes.
TEST(Schema, RequiresEveryKeyItDescribes) {
  const json schema = json::parse(read_text_file(BEATBENCH_SOURCE_DIR "/reports/schema.json"));
  int objects = 0;
  for (const auto& [name, definition] : schema["$defs"].items()) {
    if (!definition.contains("properties")) continue;
    ++objects;
    EXPECT_FALSE(definition["additionalProperties"].get<bool>()) << name;
    std::vector<std::string> keys;
    for (const auto& [key, ignored] : definition["properties"].items()) {
      if (key != "samples_s") keys.push_back(key);  // the only key that may be absent
    }
    EXPECT_THAT(definition["required"].get<std::vector<std::string>>(), testing::UnorderedElementsAreArray(keys))
        << name;
  }
  EXPECT_EQ(objects, 34);
  for (const char* key : {"test", "context", "split", "provenance"}) {
    json report = run();
    report.erase(key);
    EXPECT_NE(ReportSchema("run").complaints(report), "") << key;
  }
}

// The metrics stand in a run's test, a summary's data set and a record under the same words.
TEST(Schema, HasOneVocabulary) {
  const json defs = json::parse(read_text_file(BEATBENCH_SOURCE_DIR "/reports/schema.json"))["$defs"];
  for (const auto& [key, meaning] : defs["figures"]["properties"].items()) {
    EXPECT_EQ(defs["test"]["properties"][key], meaning) << key;
    EXPECT_EQ(defs["dataset"]["properties"][key], meaning) << key;
  }
}

TEST(Schema, HoldsForRecordingsThatAreClassifiedWhole) {
  const json report = written(to_json(samples::run_report_of_recordings()));
  EXPECT_EQ(ReportSchema("run").complaints(report), "");
  EXPECT_EQ(report["test"]["recordings"]["t0001"]["reference"], json({"AF", "RBBB"}));
  EXPECT_EQ(report["test"]["confusion"], json({{1, 0, 0, 1}, {1, 0, 1, 0}}));
  const auto records = records_of_run_report(report, "here");
  ASSERT_EQ(records.size(), 2U);
  EXPECT_EQ(pooled_metrics(records, {}), samples::run_report_of_recordings().test.metrics);
  json wrong = report;
  wrong["test"]["recordings"]["t0001"]["predicted"] = {"VT"};
  EXPECT_THROW(records_of_run_report(wrong, "here"), Error);
}

PredictedInput whole_recording(std::vector<std::int64_t> counts, std::vector<double> probabilities) {
  PredictedInput input;
  input.input = input.record = "t0001";
  input.is_whole = true;
  input.lead = "I,II";
  input.sampling_rate_hz = 500;
  input.counts = std::move(counts);
  input.mean_probabilities = std::move(probabilities);
  return input;
}

TEST(Verdict, OfAWholeRecordingNamesEveryClass) {
  const std::vector<std::string> names = {"1dAVb", "AF", "ST"};
  EXPECT_EQ(verdict(whole_recording({1, 1, 0}, {0.6, 0.91, 0.2}), names), "AF (91.0 %), 1dAVb (60.0 %)");
  EXPECT_EQ(verdict(whole_recording({0, 0, 0}, {0.1, 0.2, 0.2}), names), "none of 1dAVb, AF, ST");
  EXPECT_EQ(verdict(whole_recording({0}, {0.25}), {"abnormal"}), "not abnormal (25.0 %)");
  PredictionReport report;
  report.model = "resnet1d_12lead";
  report.preprocessing = default_preprocessing("recording");
  report.preprocessing.class_names = {"abnormal"};
  report.inputs = {whole_recording({0}, {0.25})};
  report.system = samples::run_report().system;
  report.provenance = samples::run_report().provenance;
  EXPECT_EQ(ReportSchema("prediction").complaints(written(to_json(report))), "");
}

}  // namespace
}  // namespace beatbench
