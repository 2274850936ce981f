#pragma once

#include <spdlog/spdlog.h>

#include <filesystem>
#include <memory>
#include <string>

#include "beatbench/core/listener.h"
#include "cli/progress.h"

namespace beatbench::cli {

/// What a command writes beside its results: the log on stderr from `level` on ("debug", "info", "warning", "error",
/// "quiet"), and how far a task is. The bar is wiped before a line is written, and at the end.
class Console {
 public:
  explicit Console(const std::string& level);
  Console(const Console&) = delete;
  Console& operator=(const Console&) = delete;

  /// For a line of its own: the bar is wiped.
  spdlog::logger& logger() {
    clear();
    return *logger_;
  }

  /// Its functions refer to this console. It is told to stop by Ctrl-C and SIGTERM from `catch_interrupts` on.
  Listener listener();

  /// From here on everything from debug on is written to a file as well, with what came before the first one. A second
  /// call goes on in another file.
  void log_to_file(const std::filesystem::path& file);

  void show(const TaskProgress& progress);
  void clear();

 private:
  std::shared_ptr<spdlog::logger> logger_;
  std::string task_;
  std::unique_ptr<Progress> progress_;
};

}  // namespace beatbench::cli
