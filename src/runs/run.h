#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>

#include "beatbench/core/listener.h"
#include "beatbench/core/system_info.h"
#include "beatbench/report/run_report.h"
#include "beatbench/runtime/process_group.h"
#include "runs/options.h"
#include "runs/run_data.h"

namespace beatbench {

struct RunRequest {
  const RunOptions& options;
  const RunData& data;
  std::filesystem::path folder;     ///< of the run: new (it must not exist), or gone on with
  std::filesystem::path to_resume;  ///< what the user is told to go on with after an interruption
  bool resume = false;
  const SystemInfo& system;
  std::shared_ptr<ProcessGroup> group = {};  ///< nullptr: alone
  /// Called when the run's folder stands, for a log in it.
  std::function<void(const std::filesystem::path&)> on_folder = {};

  bool is_main() const { return !group || group->is_main(); }
};

/// Trains and tests a model. nullopt: interrupted, and the state is saved. Of several processes the main one alone
/// writes and reports; the others get nullopt.
/// @throws Interrupted in one of the others.
std::optional<RunReport> train_run(const RunRequest& request, const Listener& listener);

}  // namespace beatbench
