#include "signal/detectors/median.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace beatbench::detectors {
namespace {

constexpr std::size_t kFew = 16;

// Of few values that which has `place` others below it, if they were sorted: each is compared with all others, until it
// is found.
float ranked_of_few(const float* values, std::size_t count, std::size_t place) {
  std::array<float, kFew> padded;
  padded.fill(std::numeric_limits<float>::infinity());
  std::copy_n(values, count, padded.begin());
  for (std::size_t i = 0; i + 1 < count; ++i) {
    unsigned below = 0, up_to = 0;
    for (const float other : padded) {
      below += other < padded[i];
      up_to += other <= padded[i];
    }
    if (below <= place && place < up_to) return padded[i];
  }
  return padded[count - 1];
}

}  // namespace

// Quickselect. Its partition, into values below the pivot and above it, has no branch: their order is as good as
// random.
float median(std::vector<float>& values, std::vector<float>& spare) {
  if (spare.size() < values.size()) spare.resize(values.size());
  float* from = values.data();
  float* other = spare.data();
  std::size_t count = values.size(), place = count / 2;
  while (count > kFew) {
    const float a = from[0], b = from[count / 2], c = from[count - 1];
    const float pivot = std::max(std::min(a, b), std::min(std::max(a, b), c));
    std::size_t below = 0, above = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const float value = from[i];
      from[below] = value;
      other[above] = value;
      below += value < pivot;
      above += value > pivot;
    }
    if (place < below) {
      count = below;
    } else if (place < count - above) {
      return pivot;
    } else {
      place -= count - above;
      count = above;
      std::swap(from, other);
    }
  }
  return ranked_of_few(from, count, place);
}

std::vector<float> medians_around(const std::vector<float>& values, std::ptrdiff_t reach) {
  const auto count = std::ssize(values);
  const auto at = [&](std::ptrdiff_t i) { return values[static_cast<std::size_t>(i)]; };
  std::vector<float> medians, sorted;
  for (std::ptrdiff_t i = -reach; i < count; ++i) {
    if (i + reach < count) sorted.insert(std::ranges::upper_bound(sorted, at(i + reach)), at(i + reach));
    if (i > reach) sorted.erase(std::ranges::lower_bound(sorted, at(i - reach - 1)));
    if (i >= 0) medians.push_back(sorted[sorted.size() / 2]);
  }
  return medians;
}

}  // namespace beatbench::detectors
