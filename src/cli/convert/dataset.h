#pragma once

#include <CLI/CLI.hpp>

#include "cli/console.h"
#include "runs/write_dataset.h"

namespace beatbench::cli {

void declare_dataset_options(CLI::App& app, DatasetRequest& request);

int convert_dataset(const DatasetRequest& request, Console& console);

}  // namespace beatbench::cli
