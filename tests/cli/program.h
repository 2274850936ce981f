#pragma once

#include <csignal>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace beatbench::tests {

struct RunOptions {
  std::filesystem::path cwd = {};
  std::map<std::string, std::string> environment = {};  ///< on top of the test's own; a variable with "" is not there
  std::optional<long> file_size_limit_bytes = {};       ///< no file may grow beyond it: what a full disk does
  /// Asked with all of stderr so far, every few milliseconds; the first true sends `signal`.
  std::function<bool(const std::string& err)> interrupt_when = {};
  int signal = SIGINT;
  double timeout_s = 100.0;  ///< then the program is killed, and `status` is -SIGKILL
};

struct Finished {
  std::string command;  ///< for messages
  int status = 0;       ///< exit status, or minus the signal that ended it
  std::string out, err;
};

/// Runs an executable that this build made (bin/NAME), or one given by its whole path, without a shell. It sees no
/// data but what the test made: BEATBENCH_DATA and SOURCE_DATE_EPOCH are not passed on.
Finished run_program(const std::string& program, const std::vector<std::string>& arguments, const RunOptions& options);

}  // namespace beatbench::tests
