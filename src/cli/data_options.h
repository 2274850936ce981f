#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/preprocessing.h"
#include "beatbench/data/protocol.h"
#include "core/table.h"

namespace beatbench::cli {

/// Declares the options that say how a recording is prepared.
void declare_preprocessing(CLI::App& app, Preprocessing& preprocessing);

/// What is to be said of spellings of older versions on a command line that was parsed; takes them out of the options
/// that --print-config prints.
std::vector<std::string> old_spellings(CLI::App& app);

/// Fills in what was not asked for on the command line with the defaults for an input, see default_preprocessing; what
/// an option then holds is also what --print-config prints.
void complete_preprocessing(CLI::App& app, Preprocessing& preprocessing, std::string_view input);

/// Declares how a protocol divides the beats.
void declare_split(CLI::App& app, SplitOptions& split, const char* group);

/// A line per row of a registry: its name and description.
template <typename Rows>
std::string descriptions_of(const std::string& heading, const Rows& rows) {
  std::string text = heading + ":\n";
  std::size_t width = 18;
  for (const auto& row : rows) width = std::max(width, row.name.size() + 4);
  for (const auto& row : rows) {
    std::string name = "  " + std::string(row.name);
    name.resize(width, ' ');
    text += name + std::string(row.description) + "\n";
  }
  return text;
}

}  // namespace beatbench::cli
