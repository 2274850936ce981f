#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "benchmarking/annotations.h"
#include "cli/console.h"

namespace beatbench::cli {

/// What `benchmark annotations` was told on its command line.
struct AnnotationArguments {
  AnnotationRequest request;
  std::string out;  ///< "": none
  bool per_record = false;
  bool json = false;
};

void declare_annotation_options(CLI::App& app, AnnotationArguments& arguments);

int benchmark_annotations(const AnnotationArguments& arguments, Console& console);

}  // namespace beatbench::cli
