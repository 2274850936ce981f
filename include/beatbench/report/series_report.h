#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "beatbench/evaluation/series.h"
#include "beatbench/report/context.h"

namespace beatbench {

/// Figures of a part of the test records, for example "without record 232".
struct SeriesSubset {
  std::string name;
  SeriesFigures figures;
};

/// All that `train --seeds` or `--all-folds` knows at its end.
struct SeriesReport {
  std::string model, dataset, protocol, class_map;
  bool intra_patient = false;
  std::vector<std::string> folders;  ///< of the runs, below the series' own
  std::vector<RunScore> runs;        ///< in the order of `folders`
  SeriesFigures figures;
  std::vector<SeriesSubset> subsets;
  std::vector<std::string> notes;
  nlohmann::json configuration;  ///< the effective options
  Context context;
};

/// The series' report.json: see reports/schema.json, kind "series".
nlohmann::ordered_json to_json(const SeriesReport& report);

/// The tested records of a run, from its report.json.
/// @throws Error(data) naming `where` if it is no report of a run.
std::vector<RecordFigures> records_of_run_report(const nlohmann::json& report, const std::string& where);

}  // namespace beatbench
