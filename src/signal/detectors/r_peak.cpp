#include "signal/detectors/r_peak.h"

#include <algorithm>
#include <cmath>

namespace beatbench::detectors {
namespace {

// Chosen with lead 0 of all of mitdb in view.
constexpr double kPeakReach_s = 0.075;  // the R peak lies within this of the middle of the energy
constexpr double kTip_s = 0.010;        // the deflection is the mean over twice this ...
constexpr double kAround_s = 0.075;     // ... against the mean over twice this
constexpr double kUpright = 1.15;       // an upright wave is taken before a slightly larger inverted one

}  // namespace

RPeak r_peak(std::span<const float> signal_mv, double middle_samples, double rate_hz) {
  const auto length = static_cast<std::int64_t>(signal_mv.size());
  const auto first = std::max<std::int64_t>(0, std::llround(middle_samples - kPeakReach_s * rate_hz));
  const auto last = std::min<std::int64_t>(length - 1, std::llround(middle_samples + kPeakReach_s * rate_hz));
  const double tip = kTip_s * rate_hz, around = kAround_s * rate_hz;
  const auto reach = static_cast<std::int64_t>(around) + 2;
  const std::int64_t begin = std::clamp<std::int64_t>(first - reach, 0, length - 1);
  const std::int64_t end = std::clamp<std::int64_t>(last + reach + 1, begin + 1, length);
  const Sums sums(signal_mv.subspan(static_cast<std::size_t>(begin), static_cast<std::size_t>(end - begin)));
  RPeak peak = {first, 0};
  double largest = -1;
  for (std::int64_t i = first; i <= last; ++i) {
    const double time = static_cast<double>(i - begin) + 0.5;
    const double deflection = sums.mean(time - tip, time + tip) - sums.mean(time - around, time + around);
    const double size = deflection > 0 ? kUpright * deflection : -deflection;
    if (size <= largest) continue;
    largest = size;
    peak = {i, std::abs(deflection)};
  }
  return peak;
}

std::vector<std::int64_t> place_beats(std::span<const float> signal_mv, double rate_hz,
                                      std::span<const std::int64_t> found, double found_hz) {
  if (found.empty()) return {};
  std::vector<std::int64_t> beats;
  for (const std::int64_t at : found) {
    const RPeak peak = r_peak(signal_mv, static_cast<double>(at) * rate_hz / found_hz, rate_hz);
    if (peak.deflection_mv < kSmallestDeflection_mv) continue;
    if (beats.empty() || peak.sample > beats.back()) beats.push_back(peak.sample);
  }
  return beats;
}

}  // namespace beatbench::detectors
