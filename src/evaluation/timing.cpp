#include "beatbench/evaluation/timing.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>

#include "beatbench/core/error.h"

namespace beatbench {

double quantile_of_sorted(const std::vector<double>& ascending, double p) {
  if (ascending.empty()) throw Error(ErrorKind::usage, "quantile", "there are no values");
  if (!(p >= 0 && p <= 1)) throw Error(ErrorKind::usage, "quantile", std::to_string(p) + "; allowed: 0 to 1");
  const double position = p * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  return std::lerp(ascending[below], ascending[above], position - static_cast<double>(below));
}

Timing summarise_timing(std::vector<double> seconds, bool keep_samples) {
  if (seconds.empty()) throw Error(ErrorKind::usage, "timing", "there are no timings");
  for (const double each : seconds) {
    if (!std::isfinite(each) || each < 0) {
      throw Error(ErrorKind::usage, "timing", std::to_string(each) + " s is no duration");
    }
  }
  std::vector<double> ascending = seconds;
  std::ranges::sort(ascending);
  Timing timing;
  timing.n = static_cast<std::int64_t>(ascending.size());
  timing.median_s = quantile_of_sorted(ascending, 0.5);
  timing.p90_s = quantile_of_sorted(ascending, 0.9);
  timing.p99_s = quantile_of_sorted(ascending, 0.99);
  timing.mean_s = std::accumulate(ascending.begin(), ascending.end(), 0.0) / static_cast<double>(ascending.size());
  timing.min_s = ascending.front();
  if (keep_samples) timing.samples_s = std::move(seconds);
  return timing;
}

}  // namespace beatbench
