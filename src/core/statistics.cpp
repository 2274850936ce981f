#include "beatbench/core/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "beatbench/core/error.h"

namespace beatbench {

double quantile_of_sorted(std::span<const double> ascending, double p) {
  if (ascending.empty()) throw Error(ErrorKind::usage, "quantile", "there are no values");
  if (!(p >= 0 && p <= 1)) throw Error(ErrorKind::usage, "quantile", std::to_string(p) + "; allowed: 0 to 1");
  const double position = p * static_cast<double>(ascending.size() - 1);
  const auto below = static_cast<std::size_t>(position);
  const std::size_t above = std::min(below + 1, ascending.size() - 1);
  return std::lerp(ascending[below], ascending[above], position - static_cast<double>(below));
}

double median(std::vector<double> values) {
  if (values.empty()) throw Error(ErrorKind::usage, "median", "there are no values");
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  if (values.size() % 2 == 1) return *middle;
  return 0.5 * (*middle + *std::max_element(values.begin(), middle));
}

std::optional<double> mean(std::span<const double> values) {
  if (values.empty()) return std::nullopt;
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

std::optional<double> standard_deviation(std::span<const double> values) {
  if (values.size() < 2) return std::nullopt;
  const double centre = *mean(values);
  double squares = 0;
  for (const double value : values) squares += (value - centre) * (value - centre);
  return std::sqrt(squares / static_cast<double>(values.size() - 1));
}

ValueRange trimmed_range(std::vector<float> values, std::size_t parts) {
  if (values.empty()) throw Error(ErrorKind::usage, "range", "there are no values");
  if (parts < 3) throw Error(ErrorKind::usage, "range", "one in " + std::to_string(parts) + "; allowed: 3 or more");
  const auto low = values.begin() + static_cast<std::ptrdiff_t>(values.size() / parts);
  const auto high = values.end() - 1 - static_cast<std::ptrdiff_t>(values.size() / parts);
  std::ranges::nth_element(values, low);
  const float lowest = *low;
  std::ranges::nth_element(low, high, values.end());
  return {lowest, *high};
}

}  // namespace beatbench
