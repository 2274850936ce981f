#include "beatbench/report/series_report.h"

#include "beatbench/core/error.h"
#include "beatbench/report/figures_json.h"
#include "beatbench/report/run_report.h"
#include "report/json_values.h"

namespace beatbench {
namespace {

using Json = nlohmann::ordered_json;

Json spread_json(const SpreadFigure& figure, bool intra_patient, const char* why_absent = "it is so in every run") {
  const bool has_interval = figure.mean && !intra_patient;
  return {
      {"mean", report_json::number(figure.mean, why_absent)},
      {"sd", report_json::number(figure.sd, figure.mean ? "fewer than two runs have it" : why_absent)},
      {"interval_95_percent", has_interval  ? interval_json(figure.interval)
                              : figure.mean ? report_json::undefined("the test's subjects are those of the training")
                                            : report_json::undefined(why_absent)}};
}

Json series_json(const SeriesFigures& figures, bool intra_patient) {
  const auto spread = [&](const SpreadFigure& figure) { return spread_json(figure, intra_patient); };
  const auto area = [&](const SpreadFigure& figure) {
    return spread_json(figure, intra_patient, "of one kind alone, or of beats, whose areas each run's report has");
  };
  Json classes = Json::object();
  for (const ClassSpread& one : figures.classes) {
    report_json::insert_new(classes, one.name,
                            {{"n", one.n},
                             {"sensitivity", spread(one.sensitivity)},
                             {"positive_predictivity", spread(one.positive_predictivity)},
                             {"f1", spread(one.f1)},
                             {"roc_area", area(one.roc_area)},
                             {"average_precision", area(one.average_precision)}});
  }
  return {{"accuracy", spread(figures.accuracy)},
          {"macro_f1", spread(figures.macro_f1)},
          {"macro_roc_area", area(figures.macro_roc_area)},
          {"macro_average_precision", area(figures.macro_average_precision)},
          {"classes", std::move(classes)}};
}

Json run_json(const std::string& folder, const RunScore& run) {
  const ClassificationFigures figures = pooled_figures(run.records, {});
  Json f1 = Json::object();
  for (const ClassFigures& one : figures.classes) report_json::insert_new(f1, one.name, figure_json(one.f1));
  return {{"folder", folder},
          {"seed", run.seed},
          {"fold", run.fold},
          {"n", figures.n},
          {"accuracy", figure_json(figures.accuracy)},
          {"macro_f1", figure_json(figures.macro_f1)},
          {"f1", std::move(f1)}};
}

}  // namespace

Json to_json(const SeriesReport& report) {
  Json runs = Json::array();
  for (std::size_t i = 0; i < report.runs.size(); ++i) runs.push_back(run_json(report.folders.at(i), report.runs[i]));
  Json subsets = Json::object();
  for (const SeriesSubset& each : report.subsets) {
    report_json::insert_new(subsets, each.name, series_json(each.figures, report.intra_patient));
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
          {"figures", series_json(report.figures, report.intra_patient)},
          {"subsets", std::move(subsets)},
          {"configuration", Json(report.configuration)},
          {"context", context_json(report.context)}};
}

std::vector<TestedRecording> recordings_of_run_report(const nlohmann::json& report, const std::string& where) {
  try {
    const nlohmann::json& test = report.at("test");
    return recordings_from_json(test.value("recordings", nlohmann::json::object()), test.at("class_names"));
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::data, where, "is no report of a run: " + std::string(error.what()));
  }
}

std::vector<RecordFigures> records_of_run_report(const nlohmann::json& report, const std::string& where) {
  try {
    const std::vector<std::string> class_names = report.at("test").at("class_names");
    std::vector<RecordFigures> records;
    for (const TestedRecording& one : recordings_of_run_report(report, where))
      records.push_back({one.record, evaluate_multi_label({&one.reference, 1}, {&one.predicted, 1}, class_names)});
    for (const auto& [name, figures] : report.at("test").at("records").items()) {
      std::vector<std::int64_t> confusion;
      for (const auto& row : figures.at("confusion")) {
        for (const auto& count : row) confusion.push_back(count.get<std::int64_t>());
      }
      records.push_back({name, figures_of_confusion(confusion, figures.at("class_names"))});
    }
    return records;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::data, where, "is no report of a run: " + std::string(error.what()));
  }
}

}  // namespace beatbench
