#pragma once

#include <CLI/CLI.hpp>
#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "beatbench/core/preprocessing.h"
#include "beatbench/data/protocol.h"
#include "beatbench/models/registry.h"
#include "beatbench/training/train.h"

namespace beatbench::cli {

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

/// What `train` was told on its command line.
struct TrainArguments {
  RunOptions run;
  std::string out;
  std::string resume;
  std::string head = "keep";  ///< see --replace-head
  std::string log_level = "info";
  bool json = false;
  bool print_config = false;
};

/// Every model with its options, for --help.
std::string descriptions_of_models();

/// Declares the options of `train` on `app`, writing into `arguments`.
void declare_train_options(CLI::App& app, TrainArguments& arguments);

/// Works out what the options mean together, after they were read.
/// @throws Error(usage) naming what does not fit.
void complete_options(CLI::App& app, TrainArguments& arguments);

}  // namespace beatbench::cli
