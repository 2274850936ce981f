#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "runs/options.h"

namespace beatbench::cli {

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
