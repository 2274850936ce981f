#pragma once

#include <cstdint>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/system_info.h"
#include "beatbench/evaluation/classification.h"
#include "beatbench/evaluation/timing.h"

namespace beatbench {

/// How one data set fared.
struct DatasetResult {
  std::string name;
  std::string content_hash;
  std::string rows_used;       ///< for example "all beats", "test split of the model's own protocol"
  std::string protocol;        ///< label, for example "random (intra-patient)"
  bool intra_patient = false;  ///< the model has seen other beats of these patients
  /// Recordings of the data set that trained the model, in use or not; nullopt: the model does not say.
  std::optional<std::vector<std::string>> seen_recordings = {};
  std::int64_t total = 0;  ///< beats of `rows_used`; metrics.n of them have a label and are scored
  ClassificationMetrics metrics;
  std::vector<RecordMetrics> records;
  std::optional<Timing> preprocessing_time;  ///< per beat; absent where the rows come as ready windows
  Timing inference_time;                     ///< per beat, at batch 1
};

struct Throughput {
  int batch = 0;
  double windows_per_second = 0;
};

/// What `benchmark` found out about one model file.
struct SummaryReport {
  std::string computer_type;  ///< the user's word for this kind of machine
  std::string date;           ///< yyyy-mm-dd, see report_date
  std::string model;          ///< name of the model, as in the report's file name
  std::string file;           ///< name of the model file, without folder
  std::string format;         ///< for example "torchscript"
  std::int64_t size_bytes = 0;
  std::optional<std::int64_t> parameters;  ///< absent where the file does not say
  std::string precision = "float32";       ///< float32 | int8
  std::vector<DatasetResult> datasets;
  std::vector<Throughput> throughput;
  std::optional<std::int64_t> peak_memory_bytes;  ///< resident, of the process
  std::vector<std::string> notes;
  SystemInfo system;
};

/// See reports/schema.json, kind "summary".
/// @throws Error(usage) if a data set or record is named twice.
nlohmann::ordered_json to_json(const SummaryReport& report);

/// reports_dir/summary-NAME-MODEL-yyyy-mm-dd.json, or the first of -2, -3 ... before ".json" that is not taken.
/// @throws Error(usage) if NAME or MODEL is empty, longer than 100 bytes, begins with '.' or has characters other
/// than letters, digits, '.', '_', '+' and '-', or if the date is none.
std::filesystem::path summary_path(const std::filesystem::path& reports_dir, const std::string& computer_type,
                                   const std::string& model, const std::string& date);

/// Writes the report under its summary_path, making the folder if needed, and returns that path.
/// @throws Error(usage) as summary_path, Error(io).
std::filesystem::path write_summary(const std::filesystem::path& reports_dir, const SummaryReport& report);

}  // namespace beatbench
