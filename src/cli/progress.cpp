#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace beatbench::cli {
namespace {

constexpr double kRedrawSeconds = 0.1;
constexpr std::int64_t kBarWidth = 24;

int terminal_width() {
  winsize size{};
  return ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

}  // namespace

Progress::Progress(std::string task, double plain_seconds)
    : task_(std::move(task)),
      plain_seconds_(plain_seconds),
      terminal_(::isatty(STDERR_FILENO) == 1),
      last_(std::chrono::steady_clock::now()) {}

Progress::~Progress() { clear(); }

void Progress::update(std::int64_t done, std::int64_t total, const std::string& detail) {
  const auto now = std::chrono::steady_clock::now();
  const double waited = std::chrono::duration<double>(now - last_).count();
  if (!terminal_) {
    if (plain_seconds_ <= 0 || waited < plain_seconds_) return;
    std::fprintf(stderr, "%s: %lld of %lld%s%s\n", task_.c_str(), static_cast<long long>(done),
                 static_cast<long long>(total), detail.empty() ? "" : ", ", detail.c_str());
    last_ = now;
    return;
  }
  if (drawn_ && waited < kRedrawSeconds && done < total) return;
  const std::int64_t filled = total > 0 ? std::clamp<std::int64_t>(kBarWidth * done / total, 0, kBarWidth) : 0;
  std::string line = task_ + " [" + std::string(static_cast<std::size_t>(filled), '#') +
                     std::string(static_cast<std::size_t>(kBarWidth - filled), '.') + "] " + std::to_string(done) +
                     "/" + std::to_string(total) + (detail.empty() ? "" : "  " + detail);
  line.resize(std::min<std::size_t>(line.size(), static_cast<std::size_t>(terminal_width() - 1)));
  std::fprintf(stderr, "\r\033[K%s", line.c_str());
  std::fflush(stderr);
  drawn_ = true;
  last_ = now;
}

void Progress::clear() {
  if (drawn_) std::fputs("\r\033[K", stderr);
  drawn_ = false;
}

}  // namespace beatbench::cli
