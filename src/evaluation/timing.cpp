#include "beatbench/evaluation/timing.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/statistics.h"

namespace beatbench {

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
  timing.mean_s = mean(ascending).value();
  timing.min_s = ascending.front();
  if (keep_samples) timing.samples_s = std::move(seconds);
  return timing;
}

}  // namespace beatbench
