#pragma once

#include <functional>

namespace beatbench::cli {

/// Exit statuses of every executable.
inline constexpr int kSuccess = 0, kFailure = 1, kUsage = 2, kInterrupted = 130;

/// Runs a command and turns whatever it throws into one line on stderr and an exit status.
int run_main(const char* program, const std::function<int()>& command);

}  // namespace beatbench::cli
