#pragma once

#include <functional>
#include <string>
#include <vector>

namespace beatbench {

/// How another process of this program ended.
struct ChildResult {
  int status = 0;   ///< exit status; -1 where a signal ended it
  int signal = 0;   ///< that ended it, 0 where none did
  std::string out;  ///< what it wrote to stdout
};

/// Starts this program anew with other arguments (without its name), waits for its end and collects its stdout; stderr
/// is shared. Where `should_stop` says so, the other one is interrupted.
/// @throws Error(io) if it cannot be started.
ChildResult run_child(const std::vector<std::string>& arguments, const std::function<bool()>& should_stop);

}  // namespace beatbench
