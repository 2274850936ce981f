#pragma once

#include <spdlog/logger.h>

#include <filesystem>

#include "cli/train/options.h"

namespace beatbench::cli {

/// Trains a model for each seed and fold, each in a run folder of its own below `folder`, and writes their common
/// report. With `resume`, runs that are done stay as they are. Returns the exit status.
int train_series(const RunOptions& run, const std::filesystem::path& folder, bool resume, bool json,
                 spdlog::logger& logger);

}  // namespace beatbench::cli
