// A matched filter for QRS complexes, as in P. S. Hamilton and W. J. Tompkins, "Adaptive matched filtering for QRS
// detection", Proc. Ann. Int. Conf. IEEE EMBS 10, 147-148 (1988), and S. Ruha, S. Sallinen and S. Nissila, "A Real-Time
// Microprocessor QRS Detector System with a 1-ms Timing Accuracy for the Measurement of Ambulatory HRV", IEEE Trans.
// Biomed. Eng. 44(3), 159-167 (1997), doi 10.1109/10.554762: the band-passed signal correlated with a QRS complex of
// the same recording, and adaptive thresholds.
//
// No one paper is followed; this is ours:
// - The first template is a fixed shape, the second derivative of a Gaussian with a standard deviation of 15 ms.
//   What it finds gives the second: at each of 160 ms around the R peak, the median over at most 200 beats, spread
//   evenly over the recording. The whole recording is searched with that one template.
// - The band-pass is a Butterworth filter of order 2, 5 to 30 Hz, run forwards and backwards, at 200 Hz.
// - The correlation counts without its sign, squared and averaged over 80 ms: a beat of another form than the template
//   has its correlation's peaks beside the middle and not in it.
// - The thresholds are those of two_thresholds.h.
#include <algorithm>
#include <cmath>

#include "beatbench/signal/filter.h"
#include "beatbench/signal/resample.h"
#include "signal/detectors/detectors.h"
#include "signal/detectors/r_peak.h"
#include "signal/detectors/two_thresholds.h"
#include "signal/detectors/waveforms.h"

namespace beatbench::detectors {
namespace {

constexpr double kRate_hz = 200.0;
constexpr BandPass kBand = {.order = 2, .low_hz = 5, .high_hz = 30};
constexpr std::int64_t kHalf = 16;       // samples, 80 ms: half of the template
constexpr double kGaussian = 3;          // samples, 15 ms: standard deviation
constexpr double kQrs = 16;              // samples, 80 ms
constexpr std::size_t kMostBeats = 200;  // in the template
constexpr std::size_t kFewestBeats = 5;  // for one

using Template = std::vector<float>;  // 2 kHalf + 1 samples, without mean, of energy 1

Template normalised(Template shape) {
  double mean = 0, energy = 0;
  for (const float value : shape) mean += value / static_cast<double>(shape.size());
  for (float& value : shape) value -= static_cast<float>(mean);
  for (const float value : shape) energy += double{value} * value;
  for (float& value : shape) value /= static_cast<float>(std::sqrt(energy));
  return shape;
}

Template fixed_template() {
  Template shape;
  for (std::int64_t i = -kHalf; i <= kHalf; ++i) {
    const double t = static_cast<double>(i) / kGaussian;
    shape.push_back(static_cast<float>((1 - t * t) * std::exp(-t * t / 2)));
  }
  return normalised(std::move(shape));
}

// The median of the beats that have their whole surroundings in the recording.
Template template_of(std::span<const float> in_band, std::span<const std::int64_t> beats) {
  std::vector<std::int64_t> whole;
  const std::size_t step = std::max<std::size_t>(1, (beats.size() + kMostBeats - 1) / kMostBeats);
  for (std::size_t i = 0; i < beats.size(); i += step) {
    const bool fits = beats[i] >= kHalf && beats[i] + kHalf < static_cast<std::int64_t>(in_band.size());
    if (fits) whole.push_back(beats[i]);
  }
  if (whole.size() < kFewestBeats) return fixed_template();
  Template shape;
  std::vector<float> values(whole.size());
  for (std::int64_t k = -kHalf; k <= kHalf; ++k) {
    for (std::size_t b = 0; b < whole.size(); ++b) values[b] = in_band[static_cast<std::size_t>(whole[b] + k)];
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::ranges::nth_element(values, middle);
    shape.push_back(*middle);
  }
  return normalised(std::move(shape));
}

std::vector<float> correlate(std::span<const float> in_band, const Template& shape) {
  std::vector<float> out(in_band.size());
  const auto length = static_cast<std::int64_t>(in_band.size());
  for (std::int64_t i = 0; i < length; ++i) {
    const std::int64_t first = std::max<std::int64_t>(-kHalf, -i), last = std::min(kHalf, length - 1 - i);
    float sum = 0;
    for (std::int64_t k = first; k <= last; ++k) {
      sum += shape[static_cast<std::size_t>(k + kHalf)] * in_band[static_cast<std::size_t>(i + k)];
    }
    out[static_cast<std::size_t>(i)] = sum;
  }
  return out;
}

}  // namespace

std::vector<std::int64_t> matched_filter(std::span<const float> signal_mv, double sampling_rate_hz) {
  const std::vector<float> signal = resample(signal_mv, sampling_rate_hz, kRate_hz);
  std::vector<float> in_band = signal;
  filter_zero_phase(in_band, butterworth_band_pass(kBand, kRate_hz));
  const std::vector<float> slope = five_point_slope(in_band, kRate_hz);
  const auto find = [&](const Template& shape) {
    const std::vector<float> correlation = correlate(in_band, shape);
    const std::vector<float> energy = centred_mean(squared(correlation), kQrs);
    const std::vector<QrsCandidate> candidates = find_qrs_candidates({signal, correlation, slope, energy, kRate_hz});
    return pick_by_two_thresholds(candidates, static_cast<std::int64_t>(signal.size()), kRate_hz);
  };
  const std::vector<std::int64_t> first = place_beats(signal, kRate_hz, find(fixed_template()), kRate_hz);
  return place_beats(signal_mv, sampling_rate_hz, find(template_of(in_band, first)), kRate_hz);
}

}  // namespace beatbench::detectors
