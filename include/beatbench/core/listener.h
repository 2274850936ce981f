#pragma once

#include <cstdint>
#include <functional>
#include <string>

namespace beatbench {

/// How far a task is.
struct TaskProgress {
  std::string task;  ///< "reading mitdb"
  std::int64_t done = 0, total = 0;
  std::string detail = {};
  double plain_seconds = 10;  ///< between two lines of it where there is no terminal; 0: none
};

/// Ends a call early, with nothing to save, because it was told to stop.
struct Interrupted {};

/// What a call that takes a while tells its caller, and asks of it. Each function may be empty.
struct Listener {
  std::function<void(const std::string&)> on_info = {}, on_warning = {}, on_error = {};
  std::function<void(const TaskProgress&)> on_progress = {};
  std::function<bool()> should_stop = {};

  void info(const std::string& text) const {
    if (on_info) on_info(text);
  }
  void warn(const std::string& text) const {
    if (on_warning) on_warning(text);
  }
  void error(const std::string& text) const {
    if (on_error) on_error(text);
  }
  void progress(const TaskProgress& progress) const {
    if (on_progress) on_progress(progress);
  }
  bool is_told_to_stop() const { return should_stop && should_stop(); }
  /// @throws Interrupted.
  void stop_if_told() const {
    if (is_told_to_stop()) throw Interrupted();
  }
};

}  // namespace beatbench
