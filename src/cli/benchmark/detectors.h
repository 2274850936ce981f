#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "benchmarking/detectors.h"
#include "cli/console.h"

namespace beatbench::cli {

/// What `benchmark detectors` was told on its command line.
struct DetectorArguments {
  DetectorRequest request;
  std::string out;  ///< "": none
  bool per_record = false;
  bool json = false;
};

void declare_detector_options(CLI::App& app, DetectorArguments& arguments);

int benchmark_detectors(const DetectorArguments& arguments, Console& console);

}  // namespace beatbench::cli
