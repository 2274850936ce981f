#include "beatbench/report/series_report.h"

#include <cstdio>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/report/run_report.h"
#include "report/json_values.h"
#include "report/system_info_json.h"

namespace beatbench {
namespace {

using Json = nlohmann::ordered_json;

Json spread_json(const MetricSummary& metric, bool intra_patient, const char* why_absent = "it is so in every run") {
  const bool has_interval = metric.mean && !intra_patient && metric.interval;
  const Json no_interval = !metric.mean    ? report_json::undefined(why_absent)
                           : intra_patient ? report_json::undefined("the test's subjects are those of the training")
                                           : interval_json(std::nullopt);
  return {{"mean", report_json::number(metric.mean, why_absent)},
          {"sd", report_json::number(metric.sd, metric.mean ? "fewer than two runs have it" : why_absent)},
          {"interval_95_percent", has_interval ? interval_json(metric.interval) : no_interval},
          {"draws_left_out", has_interval ? Json(metric.interval->draws_left_out) : no_interval}};
}

Json series_json(const SeriesMetrics& metrics, bool intra_patient) {
  const auto spread = [&](const MetricSummary& metric) { return spread_json(metric, intra_patient); };
  const auto area = [&](const MetricSummary& metric) {
    return spread_json(metric, intra_patient, "of one kind alone, or of beats, whose areas each run's report has");
  };
  Json classes = Json::object();
  for (const ClassSpread& one : metrics.classes) {
    report_json::insert_new(classes, one.name,
                            {{"n", one.n},
                             {"sensitivity", spread(one.sensitivity)},
                             {"positive_predictivity", spread(one.positive_predictivity)},
                             {"f1", spread(one.f1)},
                             {"roc_area", area(one.roc_area)},
                             {"average_precision", area(one.average_precision)}});
  }
  return {{"accuracy", spread(metrics.accuracy)},
          {"macro_f1", spread(metrics.macro_f1)},
          {"macro_roc_area", area(metrics.macro_roc_area)},
          {"macro_average_precision", area(metrics.macro_average_precision)},
          {"classes", std::move(classes)}};
}

Json run_json(const std::string& folder, const RunScore& run) {
  const ClassificationMetrics metrics = pooled_metrics(run.records, {});
  Json f1 = Json::object();
  for (const ClassMetrics& one : metrics.classes) report_json::insert_new(f1, one.name, metric_json(one.f1));
  return {{"folder", folder},
          {"seed", run.seed},
          {"fold", run.fold},
          {"n", metrics.n},
          {"accuracy", metric_json(metrics.accuracy)},
          {"macro_f1", metric_json(metrics.macro_f1)},
          {"f1", std::move(f1)}};
}

// "92.10 +- 0.80 (85.0-96.3)" in percent.
std::string spread_text(const MetricSummary& metric, bool intra_patient) {
  if (!metric.mean) return "-";
  std::string out = percent({metric.mean, ""});
  if (metric.sd) out += " +- " + percent({metric.sd, ""});
  if (intra_patient || !metric.interval) return out;
  char text[48];
  std::snprintf(text, sizeof text, " (%.1f-%.1f)", 100 * metric.interval->low, 100 * metric.interval->high);
  return out + text;
}

// "macro F1 12, F1 of F 12": how many draws.
std::string left_out_of_intervals(const SeriesMetrics& metrics) {
  std::string text;
  const auto add = [&](const std::string& name, const MetricSummary& metric) {
    if (!metric.interval || metric.interval->draws_left_out == 0) return;
    add_word(text, name + " " + std::to_string(metric.interval->draws_left_out));
  };
  add("macro F1", metrics.macro_f1);
  add("macro ROC area", metrics.macro_roc_area);
  add("macro average precision", metrics.macro_average_precision);
  for (const ClassSpread& one : metrics.classes) add("F1 of " + one.name, one.f1);
  return text;
}

}  // namespace

Table series_table(const SeriesMetrics& metrics, bool intra_patient) {
  const bool has_areas = metrics.macro_roc_area.mean.has_value();
  const auto text = [&](const MetricSummary& metric) { return spread_text(metric, intra_patient); };
  std::vector<Table::Column> columns = {
      {"class", Align::left}, {"n"}, {"sensitivity"}, {"positive predictivity"}, {"F1"}};
  if (has_areas) columns.insert(columns.end(), {{"ROC area"}, {"average precision"}});
  Table table(columns);
  for (const ClassSpread& one : metrics.classes) {
    std::vector<std::string> row = {one.name, std::to_string(one.n), text(one.sensitivity),
                                    text(one.positive_predictivity), text(one.f1)};
    if (has_areas) row.insert(row.end(), {text(one.roc_area), text(one.average_precision)});
    table.add_row(row);
  }
  return table;
}

std::string series_text(const SeriesMetrics& metrics, bool intra_patient) {
  const auto text = [&](const MetricSummary& metric) { return spread_text(metric, intra_patient); };
  std::string out = "accuracy " + text(metrics.accuracy) + " %, macro F1 " + text(metrics.macro_f1) + " %\n";
  if (metrics.macro_roc_area.mean) {
    out += "macro ROC area " + text(metrics.macro_roc_area) + " %, macro average precision " +
           text(metrics.macro_average_precision) + " %\n";
  }
  const std::string left_out = intra_patient ? "" : left_out_of_intervals(metrics);
  if (!left_out.empty()) {
    out += "of " + std::to_string(BootstrapOptions().draws) +
           " draws of subjects, left out of an interval because they lack a class: " + left_out + "\n";
  }
  return out;
}

Json to_json(const SeriesReport& report) {
  Json runs = Json::array();
  for (std::size_t i = 0; i < report.runs.size(); ++i) runs.push_back(run_json(report.folders.at(i), report.runs[i]));
  Json subsets = Json::object();
  for (const SeriesSubset& each : report.subsets) {
    report_json::insert_new(subsets, each.name, series_json(each.metrics, report.intra_patient));
  }
  return {{"schema_version", kReportSchemaVersion},
          {"kind", "series"},
          {"dataset", report.dataset},
          {"protocol", report.protocol},
          {"intra_patient", report.intra_patient},
          {"model", report.model},
          {"class_map", report.class_map},
          {"notes", report.notes},
          {"runs", std::move(runs)},
          {"figures", series_json(report.metrics, report.intra_patient)},
          {"subsets", std::move(subsets)},
          {"configuration", Json(report.configuration)},
          {"context", system_info_json(report.system)}};
}

std::vector<TestedRecording> recordings_of_run_report(const nlohmann::json& report, const std::string& where) {
  try {
    const nlohmann::json& test = report.at("test");
    return recordings_from_json(test.value("recordings", nlohmann::json::object()), test.at("class_names"));
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::data, where, "is no report of a run: " + std::string(error.what()));
  }
}

std::vector<RecordMetrics> records_of_run_report(const nlohmann::json& report, const std::string& where) {
  try {
    const std::vector<std::string> class_names = report.at("test").at("class_names");
    std::vector<RecordMetrics> records;
    for (const TestedRecording& one : recordings_of_run_report(report, where))
      records.push_back({one.record, evaluate_multi_label({&one.reference, 1}, {&one.predicted, 1}, class_names)});
    for (const auto& [name, metrics] : report.at("test").at("records").items()) {
      std::vector<std::int64_t> confusion;
      for (const auto& row : metrics.at("confusion")) {
        for (const auto& count : row) confusion.push_back(count.get<std::int64_t>());
      }
      records.push_back({name, metrics_of_confusion(confusion, metrics.at("class_names"))});
    }
    return records;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::data, where, "is no report of a run: " + std::string(error.what()));
  }
}

}  // namespace beatbench
