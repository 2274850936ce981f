#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/session.h"

namespace beatbench::cli {

/// What `benchmark annotations` was told on its command line.
struct AnnotationArguments {
  std::string data = "mitdb";
  std::string reference = "atr";
  std::string test;  ///< folder; "": that of the recordings
  std::string annotator = "pred";
  double window_s = 0.150, start_s = 300;
  std::string out;  ///< "": none
  bool per_record = false;
  bool json = false;
};

void declare_annotation_options(CLI::App& app, AnnotationArguments& arguments);

/// Compares annotation files with a database's own, beat by beat and class by class, as WFDB's bxb does.
int benchmark_annotations(const AnnotationArguments& arguments, spdlog::logger& logger);

}  // namespace beatbench::cli
