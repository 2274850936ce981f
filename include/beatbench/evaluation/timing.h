#pragma once

#include <cstdint>
#include <vector>

namespace beatbench {

/// What a row of repeated timings says. All durations in seconds, for one beat.
struct Timing {
  std::int64_t n = 0;  ///< timings taken, after warm-up
  double median_s = 0;
  double p90_s = 0;
  double p99_s = 0;
  double mean_s = 0;
  double min_s = 0;
  std::vector<double> samples_s;  ///< the raw timings in the order taken; empty unless they were to be kept
};

/// The p-th quantile (0 <= p <= 1) of values in ascending order, interpolated linearly between the two nearest
/// ranks: position p (n - 1), counted from 0. Definition 7 of Hyndman and Fan 1996 (doi:10.2307/2684934), numpy's
/// default.
/// @throws Error(usage) if there are no values or p is out of range.
double quantile_of_sorted(const std::vector<double>& ascending, double p);

/// @throws Error(usage) if there are no timings, or one is negative or not finite.
Timing summarise_timing(std::vector<double> seconds, bool keep_samples = false);

}  // namespace beatbench
