#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "beatbench/core/system_info.h"
#include "beatbench/evaluation/series.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/report/table.h"

namespace beatbench {

/// Metrics of a part of the test records, for example "without record 232".
struct SeriesSubset {
  std::string name;
  SeriesMetrics metrics;
};

/// All that `train --seeds` or `--all-folds` knows at its end.
struct SeriesReport {
  std::string model, dataset, protocol, class_map;
  bool intra_patient = false;
  std::vector<std::string> folders;  ///< of the runs, below the series' own
  std::vector<RunScore> runs;        ///< in the order of `folders`
  SeriesMetrics metrics;
  std::vector<SeriesSubset> subsets;
  std::vector<std::string> notes;
  nlohmann::json configuration;  ///< the effective options
  SystemInfo system;
};

/// The series' report.json: see reports/schema.json, kind "series".
nlohmann::ordered_json to_json(const SeriesReport& report);

/// A row for each class, in percent: "92.10 +- 0.80 (85.0-96.3)" is mean, standard deviation and interval.
/// @param intra_patient then there are no intervals
Table series_table(const SeriesMetrics& metrics, bool intra_patient);

/// What is of all classes, a line each: accuracy and macro F1, macro areas where there are some, and from which
/// intervals draws of subjects were left out.
std::string series_text(const SeriesMetrics& metrics, bool intra_patient);

/// The recordings that a run classified whole, from its report.json; none where it classified beats.
/// @throws Error(data) naming `where` if it is no report of a run.
std::vector<TestedRecording> recordings_of_run_report(const nlohmann::json& report, const std::string& where);

/// The tested records of a run, from its report.json; a recording that was classified whole is a record.
/// @throws Error(data) naming `where` if it is no report of a run.
std::vector<RecordMetrics> records_of_run_report(const nlohmann::json& report, const std::string& where);

}  // namespace beatbench
