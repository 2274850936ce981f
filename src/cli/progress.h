#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>

namespace beatbench::cli {

/// Tells how far a task is, on stderr: a bar that is redrawn where stderr is a terminal, a plain line now and then
/// elsewhere. The bar is wiped before anything else is written.
class Progress {
 public:
  /// `plain_seconds`: the time between plain lines; 0 writes none.
  explicit Progress(std::string task, double plain_seconds = 10.0);
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void update(std::int64_t done, std::int64_t total, const std::string& detail = "");
  void clear();

 private:
  std::string task_;
  double plain_seconds_;
  bool terminal_;
  bool drawn_ = false;
  std::chrono::steady_clock::time_point last_;
};

}  // namespace beatbench::cli
