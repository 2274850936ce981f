#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

namespace beatbench {

// The statistics of all reports. What a model is fed has definitions of its own, which belong to the model: scaling
// divides by the root mean square about the mean (signal/prepare.h), and features choose beats by their rank.

/// The p-th quantile (0 <= p <= 1) of values in ascending order, interpolated linearly between the two nearest
/// ranks: position p (n - 1), counted from 0. Definition 7 of Hyndman and Fan 1996 (doi:10.2307/2684934), the default
/// of R and numpy.
/// @throws Error(usage) if there are no values or p is out of range.
double quantile_of_sorted(std::span<const double> ascending, double p);

/// The quantile for p = 0.5 of values in any order.
/// @throws Error(usage) if there are no values.
double median(std::vector<double> values);

/// nullopt of nothing.
std::optional<double> mean(std::span<const double> values);

/// The estimate from a sample: the root of the squared differences from the mean, summed, over n - 1. nullopt of fewer
/// than two values.
std::optional<double> standard_deviation(std::span<const double> values);

struct ValueRange {
  float low = 0, high = 0;
};

/// The lowest and the highest value when one in `parts` is left out on either side (n / parts, rounded down), so that
/// an artefact does not stretch it. NaNs are not allowed.
/// @throws Error(usage) if there are no values or `parts` is below 3.
ValueRange trimmed_range(std::vector<float> values, std::size_t parts);

}  // namespace beatbench
