#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

#include "beatbench/core/model_table.h"
#include "beatbench/core/preprocessing.h"
#include "beatbench/data/protocol.h"
#include "beatbench/runtime/training.h"

namespace beatbench {

/// Everything that decides what a run makes: stored as the run folder's config.json, and read from it to go on.
struct RunOptions {
  std::string model = "resnet1d";
  ModelOptions model_options;
  std::string data = "simdb";
  std::string extra_training;   ///< another database, all of whose beats are trained on; "": none
  std::size_t max_windows = 0;  ///< 0: all
  bool strict = false;
  std::string protocol = "random";
  SplitOptions split;
  Preprocessing preprocessing;
  TrainingOptions training;
  int threads = 0;         ///< 0: one for each processor
  int seeds = 1;           ///< so many runs, with the seeds from `training.seed` on
  bool all_folds = false;  ///< a run for each fold of the protocol
};

nlohmann::json run_options_json(const RunOptions& options);
/// @throws Error(data) naming `where` and the missing or wrong field.
RunOptions run_options_from_json(const nlohmann::json& json, const std::string& where);

}  // namespace beatbench
