#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/preprocessing.h"
#include "beatbench/core/provenance.h"
#include "beatbench/core/system_info.h"
#include "beatbench/evaluation/classification.h"
#include "beatbench/evaluation/thresholds.h"
#include "beatbench/evaluation/training_history.h"
#include "beatbench/report/metrics_json.h"

namespace beatbench {

/// The version of the report's form, of both kinds; reports/schema.json describes it.
inline constexpr int kReportSchemaVersion = 1;

/// How many windows of each class a part of the split holds, in the order of the class names. A recording may be of
/// several classes or none.
struct SplitPart {
  std::int64_t n = 0;  ///< in all
  std::vector<std::int64_t> per_class;
};

/// Metrics of a part of the test rows, for example "without record 232".
struct SubsetMetrics {
  std::string name;
  ClassificationMetrics metrics;
};

/// How the rows are divided.
struct SplitSizes {
  SplitPart train, validation, test;
};

/// What the test came to.
struct TestResult {
  ClassificationMetrics metrics;
  std::vector<RocPrAreas> areas;  ///< of each class
  std::vector<RecordMetrics> records;
  std::vector<TestedRecording> recordings;  ///< in the place of `records`, where recordings are classified whole
  std::vector<SubsetMetrics> subsets;
};

/// All that `train` knows at its end. Data set, protocol, seed, class names and class map are taken from
/// `provenance` and `preprocessing`, so that they cannot disagree with what the checkpoint holds.
struct RunReport {
  std::string model;            ///< registry key
  std::int64_t parameters = 0;  ///< trainable numbers
  bool intra_patient = false;   ///< the protocol lets a patient's beats be on both sides of the split
  Preprocessing preprocessing;
  Provenance provenance;
  SplitSizes split;
  TrainingSummary training;
  TestResult test;
  std::vector<std::string> notes;  ///< what a reader must know to read the metrics rightly
  SystemInfo system;
};

/// The run's report.json: see reports/schema.json, kind "run".
/// @throws Error(usage) if the class names of its parts differ, or a name occurs twice.
nlohmann::ordered_json to_json(const RunReport& report);

}  // namespace beatbench
