#pragma once

#include <filesystem>
#include <functional>
#include <optional>

#include "beatbench/core/listener.h"
#include "beatbench/core/system_info.h"
#include "beatbench/report/series_report.h"
#include "runs/options.h"

namespace beatbench {

struct SeriesRequest {
  const RunOptions& options;
  std::filesystem::path folder;  ///< new, or gone on with
  bool resume = false;
  /// Makes this process ready to compute, once the folder is locked, and says what a report says of it.
  std::function<SystemInfo(const RunOptions&)> start;
  /// Called when the folder of each run stands, for a log in it.
  std::function<void(const std::filesystem::path&)> on_folder = {};
};

/// Trains a run for each seed or fold in a folder of its own, and reports them together. nullopt: interrupted; the
/// states are saved.
std::optional<SeriesReport> train_series(const SeriesRequest& request, const Listener& listener);

}  // namespace beatbench
