#include "signal/detectors/r_peak.h"

#include <algorithm>
#include <cmath>

#include "signal/detectors/wide.h"

namespace beatbench::detectors {
namespace {

// Chosen with lead 0 of all of mitdb in view.
constexpr double kPeakReach_s = 0.075;  // the R peak lies within this of the middle of the energy
constexpr double kTip_s = 0.010;        // the deflection is the mean over twice this ...
constexpr double kAround_s = 0.075;     // ... against the mean over twice this
constexpr double kUpright = 1.15;       // an upright wave is taken before a slightly larger inverted one

// How far the mean over a tip around each sample lies from the mean over what is around it; of upright waves made
// larger. Each pair of pointers is the sum and the sample at one end of a stretch, of which `part` is taken.
struct End {
  const double* sum;
  const float* sample;
  double part;

  double at(std::size_t i) const { return sum[i] + part * static_cast<double>(sample[i]); }
};

BEATBENCH_WIDE void find_deflections(const End& tip_begin, const End& tip_end, double tip, const End& begin,
                                     const End& end, double around, std::vector<double>& deflections) {
  double* out = deflections.data();
  const std::size_t count = deflections.size();
  for (std::size_t i = 0; i < count; ++i) {
    out[i] = (tip_end.at(i) - tip_begin.at(i)) / tip - (end.at(i) - begin.at(i)) / around;
  }
}

}  // namespace

RPeak r_peak(std::span<const float> signal_mv, double middle_samples, double rate_hz) {
  return RPeakSearch(signal_mv, rate_hz).near(middle_samples);
}

RPeak RPeakSearch::near(double middle_samples) {
  const auto length = static_cast<std::int64_t>(signal_mv_.size());
  const auto first = std::max<std::int64_t>(0, std::llround(middle_samples - kPeakReach_s * rate_hz_));
  const auto last = std::min<std::int64_t>(length - 1, std::llround(middle_samples + kPeakReach_s * rate_hz_));
  const double tip = kTip_s * rate_hz_, around = kAround_s * rate_hz_;
  const auto reach = static_cast<std::int64_t>(around + 0.5) + 1;
  if (last < first) return {first, 0};
  // The samples from first - reach to last + reach, and their sums up to each.
  const auto count = static_cast<std::size_t>(last - first + 1 + 2 * reach);
  const float* samples = signal_mv_.data() + first - reach;
  if (first < reach || last + reach >= length) {
    edge_.clear();
    for (std::int64_t i = first - reach; i <= last + reach; ++i) {
      edge_.push_back(signal_mv_[static_cast<std::size_t>(std::clamp<std::int64_t>(i, 0, length - 1))]);
    }
    samples = edge_.data();
  }
  sums_.resize(count + 1);
  for (std::size_t i = 0; i < count; ++i) sums_[i + 1] = sums_[i] + static_cast<double>(samples[i]);
  // What lies `after` samples behind the middle of first + i.
  const auto end_at = [&](double after) {
    const double time = static_cast<double>(reach) + 0.5 + after;
    const auto whole = static_cast<std::ptrdiff_t>(time);
    return End{sums_.data() + whole, samples + whole, time - static_cast<double>(whole)};
  };
  deflections_.resize(static_cast<std::size_t>(last - first + 1));
  find_deflections(end_at(-tip), end_at(tip), 2 * tip, end_at(-around), end_at(around), 2 * around, deflections_);
  std::size_t peak = 0;
  double largest = -1;
  for (std::size_t i = 0; i < deflections_.size(); ++i) {
    const double size = deflections_[i] > 0 ? kUpright * deflections_[i] : -deflections_[i];
    if (size <= largest) continue;
    largest = size;
    peak = i;
  }
  return {first + static_cast<std::int64_t>(peak), std::abs(deflections_[peak])};
}

std::vector<std::int64_t> place_beats(std::span<const float> signal_mv, double rate_hz,
                                      std::span<const std::int64_t> found, double found_hz) {
  if (found.empty()) return {};
  std::vector<std::int64_t> beats;
  RPeakSearch search(signal_mv, rate_hz);
  for (const std::int64_t at : found) {
    const RPeak peak = search.near(static_cast<double>(at) * rate_hz / found_hz);
    if (peak.deflection_mv < kSmallestDeflection_mv) continue;
    if (beats.empty() || peak.sample > beats.back()) beats.push_back(peak.sample);
  }
  return beats;
}

}  // namespace beatbench::detectors
