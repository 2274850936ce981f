#pragma once

#include <cstdint>
#include <vector>

namespace beatbench {

/// What a row of repeated timings says. All durations in seconds, for one beat; quantiles as core/statistics.h has
/// them.
struct Timing {
  std::int64_t n = 0;  ///< timings taken, after warm-up
  double median_s = 0;
  double p90_s = 0;
  double p99_s = 0;
  double mean_s = 0;
  double min_s = 0;
  std::vector<double> samples_s;  ///< the raw timings in the order taken; empty unless they were to be kept
};

/// @throws Error(usage) if there are no timings, or one is negative or not finite.
Timing summarise_timing(std::vector<double> seconds, bool keep_samples = false);

}  // namespace beatbench
