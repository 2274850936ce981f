#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "signal/features/features.h"

namespace beatbench::features {
namespace {

constexpr std::array<std::string_view, 4> kNumbers = {"interval to the beat before, s", "interval to the beat after, s",
                                                      "log of the interval before over the mean of those around",
                                                      "log of the interval after over the same mean"};

constexpr std::size_t kAround = 5;   // intervals on either side, ten in all (de Chazal et al. 2004: ten)
constexpr double kShortest_s = 0.1;  // so that no logarithm runs away where a beat is annotated twice
constexpr double kLongest_s = 3.0;   // a pause or a gap
constexpr double kWithoutNeighbours_s = 1.0;

}  // namespace

const std::span<const std::string_view> kRrNumbers = kNumbers;

// The first and the last beat take the interval on their other side for the one that they lack.
void append_rr(const FeatureSource& source, std::vector<float>& values) {
  std::vector<double> intervals_s;  // i: from beat i to beat i + 1
  for (std::size_t i = 1; i < source.beats.size(); ++i) {
    const auto samples = static_cast<double>(source.beats[i] - source.beats[i - 1]);
    intervals_s.push_back(std::clamp(samples / source.record.sampling_rate_hz, kShortest_s, kLongest_s));
  }
  if (intervals_s.empty()) intervals_s.push_back(kWithoutNeighbours_s);
  const std::size_t last = intervals_s.size() - 1;
  for (const std::size_t place : source.places) {
    const std::size_t before = std::min(place == 0 ? 0 : place - 1, last), after = std::min(place, last);
    const std::size_t begin = std::min(place > kAround ? place - kAround : 0, last);
    const std::size_t end = std::min(place + kAround, intervals_s.size());
    const double mean = std::accumulate(intervals_s.begin() + static_cast<std::ptrdiff_t>(begin),
                                        intervals_s.begin() + static_cast<std::ptrdiff_t>(end), 0.0) /
                        static_cast<double>(end - begin);
    for (const double number : {intervals_s[before], intervals_s[after], std::log(intervals_s[before] / mean),
                                std::log(intervals_s[after] / mean)}) {
      values.push_back(static_cast<float>(number));
    }
  }
}

}  // namespace beatbench::features
