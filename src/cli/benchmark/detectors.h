#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <vector>

#include "cli/session.h"

namespace beatbench::cli {

/// What `benchmark detectors` was told on its command line.
struct DetectorArguments {
  std::string data = "mitdb";
  std::vector<std::string> detectors;  ///< empty: all
  std::vector<std::string> lead;       ///< empty: the first of each record
  bool all_leads = false;              ///< every lead of a record, together
  std::vector<std::string> noise;      ///< records of noise; empty: none is added
  std::vector<double> snr_db = {24, 12, 6, 0};
  std::string out;  ///< "": none
  bool per_record = false;
  bool json = false;
};

void declare_detector_options(CLI::App& app, DetectorArguments& arguments);

/// Runs R-peak detectors on a database and compares them with its annotations beat by beat.
int benchmark_detectors(const DetectorArguments& arguments, spdlog::logger& logger);

}  // namespace beatbench::cli
