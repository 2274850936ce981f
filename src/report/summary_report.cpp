#include "beatbench/report/summary_report.h"

#include <cctype>
#include <system_error>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/report/run_report.h"
#include "report/json_values.h"
#include "report/system_info_json.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestName = 100;  // bytes; two names and the rest stay below the usual limit of 255

Json dataset_json(const DatasetResult& result) {
  Json json = {{"content_hash", result.content_hash},
               {"rows_used", result.rows_used},
               {"protocol", result.protocol},
               {"intra_patient", result.intra_patient},
               {"seen_recordings",
                result.seen_recordings
                    ? Json(*result.seen_recordings)
                    : report_json::undefined(
                          "the model does not say which recordings trained it, or the data of which it is made")},
               {"total", result.total}};
  json.update(metrics_json(result.metrics));
  json["preprocessing_time_per_beat"] = result.preprocessing_time
                                            ? timing_json(*result.preprocessing_time)
                                            : report_json::undefined("the rows come as ready windows");
  json["inference_time_per_beat"] = timing_json(result.inference_time);
  json["records"] = records_json(result.records);
  return json;
}

Json model_json(const SummaryReport& report) {
  return {{"name", report.model},
          {"file", report.file},
          {"format", report.format},
          {"size_bytes", report.size_bytes},
          {"parameters", report_json::count(report.parameters, "the file does not say")},
          {"precision", report.precision},
          {"quantized", report.precision != "float32"}};
}

Json throughput_json(const std::vector<Throughput>& throughput) {
  Json json = Json::array();
  for (const Throughput& each : throughput) {
    json.push_back({{"batch", each.batch}, {"windows_per_second", report_json::number(each.windows_per_second)}});
  }
  return json;
}

bool is_file_name_character(unsigned char c) {
  return c < 0x80 && (std::isalnum(c) || c == '.' || c == '_' || c == '+' || c == '-');
}

void require_file_name(const std::string& where, const std::string& name) {
  bool valid = !name.empty() && name.size() <= kLongestName && name.front() != '.';
  for (const char c : name) valid = valid && is_file_name_character(static_cast<unsigned char>(c));
  if (valid) return;
  throw Error(ErrorKind::usage, where,
              "'" + name + "' cannot be part of a file name; allowed: 1 to " + std::to_string(kLongestName) +
                  " of the characters A-Z a-z 0-9 . _ + -, no '.' at the start");
}

}  // namespace

Json to_json(const SummaryReport& report) {
  Json datasets = Json::object();
  for (const DatasetResult& each : report.datasets) report_json::insert_new(datasets, each.name, dataset_json(each));
  return {{"schema_version", kReportSchemaVersion},
          {"kind", "summary"},
          {"date", report.date},
          {"computer_type", report.computer_type},
          {"model", model_json(report)},
          {"notes", report.notes},
          {"datasets", std::move(datasets)},
          {"throughput", throughput_json(report.throughput)},
          {"peak_memory_bytes", report_json::count(report.peak_memory_bytes, "the system does not say")},
          {"context", system_info_json(report.system)}};
}

fs::path summary_path(const fs::path& reports_dir, const std::string& computer_type, const std::string& model,
                      const std::string& date) {
  require_file_name("computer type", computer_type);
  require_file_name("model", model);
  const std::string stem = "summary-" + computer_type + "-" + model + "-" + report_date(date);
  fs::path path = reports_dir / (stem + ".json");
  std::error_code ignored;
  for (int i = 2; fs::exists(path, ignored); ++i) path = reports_dir / (stem + "-" + std::to_string(i) + ".json");
  return path;
}

fs::path write_summary(const fs::path& reports_dir, const SummaryReport& report) {
  const std::string text = report_text(to_json(report));
  fs::path path = summary_path(reports_dir, report.computer_type, report.model, report.date);
  const CreatedDirectory folder(reports_dir);
  while (!write_new_file_atomically(path, text)) {  // another process has taken the name meanwhile
    path = summary_path(reports_dir, report.computer_type, report.model, report.date);
  }
  return path;
}

}  // namespace beatbench
