#pragma once

#include <filesystem>
#include <span>
#include <string>

#include "beatbench/report/run_report.h"

namespace beatbench::cli {

/// The files of a run folder, each written atomically.
void write_log_csv(const std::filesystem::path& folder, std::span<const EpochRow> history);
void write_report(const std::filesystem::path& folder, const RunReport& report);

/// curves.svg and confusion.svg. Returns a warning where pictures cannot be drawn on this machine, else "".
std::string write_pictures(const std::filesystem::path& folder, const RunReport& report);

/// runs/MODEL-1, or the first number that is free.
std::filesystem::path next_run_folder(const std::string& model);

}  // namespace beatbench::cli
