#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/listener.h"
#include "beatbench/core/system_info.h"
#include "beatbench/report/summary_report.h"
#include "beatbench/runtime/engine.h"
#include "benchmarking/inputs.h"
#include "benchmarking/rows.h"

namespace beatbench {

/// Accuracy on every row, and the time of single windows.
DatasetResult measure_dataset(Engine& engine, const BenchmarkRows& rows, double seconds_per_measurement,
                              const Listener& listener);

/// Windows per second at each batch size, after warm-up.
std::vector<Throughput> measure_throughput(Engine& engine, const BeatSet& windows, std::span<const int> batch_sizes,
                                           double seconds_per_measurement, const Listener& listener);

struct MeasureRequest {
  std::filesystem::path model;
  std::vector<FoundDataset> datasets;
  std::string computer_type;
  std::string date;  ///< yyyy-mm-dd
  std::vector<int> batch_sizes;
  double seconds = 1;  ///< how long each timing is repeated
  Trust trust = Trust::by_looking;
};

struct MeasuredModel {
  SummaryReport report;
  std::vector<std::string> failures;  ///< data sets that could not be read
};

/// Accuracy and speed of a model on each data set.
/// @throws Error if there is none that it could be measured on; Interrupted.
MeasuredModel measure_model(const MeasureRequest& request, const SystemInfo& system, const Listener& listener);

}  // namespace beatbench
