#pragma once

#include <string>
#include <vector>

namespace beatbench::cli {

/// How another process of this program ended.
struct ChildResult {
  int status = 0;   ///< exit status; -1 where a signal ended it
  int signal = 0;   ///< that ended it, 0 where none did
  std::string out;  ///< what it wrote to stdout
};

/// Starts this program anew with other arguments (without its name), waits for its end and collects its stdout; stderr
/// is shared. Where this process is interrupted, so is the other one.
/// @throws Error(io) if it cannot be started.
ChildResult run_child(const std::vector<std::string>& arguments);

}  // namespace beatbench::cli
