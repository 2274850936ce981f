#pragma once

#include <functional>
#include <optional>

namespace CLI {
class App;
}

namespace beatbench::cli {

/// Exit statuses of every executable.
inline constexpr int kSuccess = 0, kFailure = 1, kUsage = 2, kGateFailed = 3, kInterrupted = 130;

/// Runs a command and turns whatever it throws into one line on stderr and an exit status.
int run_main(const char* program, const std::function<int()>& command);

/// Parses a command line. Returns an exit status where that was all there is to do (--help, --version).
/// @throws CLI::ParseError, Error(usage) for an unknown argument, listing the flags there are.
std::optional<int> parse_command_line(CLI::App& app, int argc, char** argv);

}  // namespace beatbench::cli
