#pragma once

#include <CLI/CLI.hpp>
#include <optional>
#include <string>

#include "beatbench/core/preprocessing.h"
#include "beatbench/data/protocol.h"
#include "beatbench/simulation/simdb.h"
#include "beatbench/simulation/simdb12.h"
#include "cli/session.h"

namespace beatbench::cli {

/// What `convert dataset` was told on its command line.
struct DatasetArguments {
  std::string name = "simdb";
  std::string format = "wfdb";
  std::string out;
  std::uint64_t seed = 1;
  std::optional<int> records;  ///< simulated ones; nullopt: as many as is usual
  std::optional<double> duration_s;
  Preprocessing preprocessing;
  std::string protocol = "random";
  std::string part;  ///< "": test for csv, all for png
  SplitOptions split;
  bool strict = false;
  int threads = 0;
};

void declare_dataset_options(CLI::App& app, DatasetArguments& arguments);

/// Writes the simulated database as WFDB records, or a database's beats as images or as a label-first CSV.
int convert_dataset(DatasetArguments arguments, spdlog::logger& logger);

}  // namespace beatbench::cli
