#include "beatbench/report/run_report.h"

#include "beatbench/report/metrics_json.h"
#include "report/json_values.h"
#include "report/system_info_json.h"

namespace beatbench {
namespace {

using Json = nlohmann::ordered_json;

Json epoch_json(const EpochRow& row) {
  constexpr const char* kNotMeasured = "not measured";
  return {{"epoch", row.epoch},
          {"learning_rate", report_json::number(row.learning_rate)},
          {"train_loss", report_json::number(row.train_loss, kNotMeasured)},
          {"train_accuracy", report_json::number(row.train_accuracy, kNotMeasured)},
          {"validation_loss", report_json::number(row.validation_loss, kNotMeasured)},
          {"validation_accuracy", report_json::number(row.validation_accuracy, kNotMeasured)},
          {"validation_macro_f1", report_json::number(row.validation_macro_f1, kNotMeasured)},
          {"seconds", report_json::number(row.seconds)}};
}

Json training_json(const TrainingSummary& training) {
  Json history = Json::array();
  for (const EpochRow& row : training.history) history.push_back(epoch_json(row));
  return {{"epochs_run", training.epochs_run},
          {"best_epoch", training.best_epoch},
          {"seconds", report_json::number(training.seconds)},
          {"windows_per_second", report_json::number(training.windows_per_second)},
          {"stopped_by", training.stopped_by},
          {"history", std::move(history)}};
}

Json part_json(const SplitPart& part, const std::vector<std::string>& class_names, const char* name) {
  if (part.per_class.size() != class_names.size()) {
    throw Error(ErrorKind::usage, "report",
                std::string(name) + " has counts of " + std::to_string(part.per_class.size()) + " classes; there are " +
                    std::to_string(class_names.size()));
  }
  Json classes = Json::object();
  for (std::size_t i = 0; i < class_names.size(); ++i)
    report_json::insert_new(classes, class_names[i], part.per_class[i]);
  return {{"n", part.n}, {"classes", std::move(classes)}};
}

Json areas_json(const RunReport& report) {
  const char* why = "one of the two kinds is missing";
  const auto areas = [&](const std::optional<double>& roc, const std::optional<double>& precision) {
    return Json{{"roc_area", report_json::number(roc, why)},
                {"average_precision", report_json::number(precision, why)}};
  };
  Json classes = Json::object();
  for (std::size_t c = 0; c < report.test.areas.size(); ++c) {
    const RocPrAreas& own = report.test.areas[c];
    classes[report.preprocessing.class_names[c]] = areas(own.roc_area, own.average_precision);
  }
  const RocPrAreas mean = mean_areas(report.test.areas);
  return {{"macro", areas(mean.roc_area, mean.average_precision)}, {"classes", std::move(classes)}};
}

Json test_json(const RunReport& report) {
  Json subsets = Json::object();
  for (const SubsetMetrics& each : report.test.subsets) {
    report_json::insert_new(subsets, each.name, metrics_json(each.metrics));
  }
  Json json = metrics_json(report.test.metrics);
  json["areas"] = areas_json(report);
  json["subsets"] = std::move(subsets);
  json["records"] = records_json(report.test.records);
  json["recordings"] = recordings_json(report.test.recordings, report.preprocessing.class_names);
  return json;
}

void require_same_classes(const RunReport& report) {
  const std::vector<std::string>& names = report.preprocessing.class_names;
  if (names != report.test.metrics.class_names)
    throw Error(ErrorKind::usage, "report", "the test's class names are not those of the preprocessing");
  if (report.test.areas.size() != names.size()) {
    throw Error(ErrorKind::usage, "report",
                "the test has areas of " + std::to_string(report.test.areas.size()) + " classes; there are " +
                    std::to_string(names.size()));
  }
}

}  // namespace

Json to_json(const RunReport& report) {
  require_same_classes(report);
  const std::vector<std::string>& class_names = report.preprocessing.class_names;
  const Provenance& provenance = report.provenance;
  return {{"schema_version", kReportSchemaVersion},
          {"kind", "run"},
          {"dataset", provenance.dataset},
          {"protocol", provenance.protocol},
          {"intra_patient", report.intra_patient},
          {"seed", provenance.seed},
          {"model", report.model},
          {"parameters", report.parameters},
          {"class_map", report.preprocessing.class_map},
          {"notes", report.notes},
          {"split",
           {{"train", part_json(report.split.train, class_names, "train")},
            {"validation", part_json(report.split.validation, class_names, "validation")},
            {"test", part_json(report.split.test, class_names, "test")}}},
          {"training", training_json(report.training)},
          {"test", test_json(report)},
          {"preprocessing", Json(nlohmann::json(report.preprocessing))},
          {"provenance", report_json::provenance(provenance)},
          {"context", system_info_json(report.system)}};
}

}  // namespace beatbench
