#pragma once

#include <CLI/CLI.hpp>
#include <string>

#include "cli/console.h"

namespace beatbench::cli {

struct InspectArguments {
  std::string file;
  bool json = false;
};

void declare_inspect_options(CLI::App& app, InspectArguments& arguments);

int inspect_command(const InspectArguments& arguments, Console& console);

}  // namespace beatbench::cli
