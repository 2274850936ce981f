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
  const auto reach = static_cast<std::int64_t>(around + 0.5) + 1;
  // The samples from first - reach to last + reach, and their sums up to each.
  std::vector<double> samples, sums = {0.0};
  for (std::int64_t i = first - reach; i <= last + reach; ++i) {
    samples.push_back(signal_mv[static_cast<std::size_t>(std::clamp<std::int64_t>(i, 0, length - 1))]);
    sums.push_back(sums.back() + samples.back());
  }
  // The sum of what lies up to `after` samples behind the middle of first + i.
  const auto up_to = [&](double after) {
    const double time = static_cast<double>(reach) + 0.5 + after;
    const auto whole = static_cast<std::size_t>(time);
    const double part = time - static_cast<double>(whole);
    return [&, whole, part](std::size_t i) { return sums[whole + i] + part * samples[whole + i]; };
  };
  const auto tip_end = up_to(tip), tip_begin = up_to(-tip), end = up_to(around), begin = up_to(-around);
  RPeak peak = {first, 0};
  double largest = -1;
  for (std::int64_t at = first; at <= last; ++at) {
    const auto i = static_cast<std::size_t>(at - first);
    const double deflection = (tip_end(i) - tip_begin(i)) / (2 * tip) - (end(i) - begin(i)) / (2 * around);
    const double size = deflection > 0 ? kUpright * deflection : -deflection;
    if (size <= largest) continue;
    largest = size;
    peak = {at, std::abs(deflection)};
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
