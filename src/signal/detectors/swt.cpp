// V. Kalidas and L. Tamil, "Real-time QRS detector using Stationary Wavelet Transform for Automated ECG Analysis", IEEE
// 17th Int. Conf. on Bioinformatics and Bioengineering (BIBE), 457-461 (2017): the details of level 3 of a stationary
// wavelet transform with Daubechies' wavelet db3 at 80 Hz (5 to 10 Hz), squared, averaged, and adaptive thresholds as
// those of Pan & Tompkins.
//
// Written from summaries of the paper, whose own text was not at hand; what it leaves open or we could not check is
// ours.
//
// Deviations from the paper:
// - The thresholds are those of two_thresholds.h, which says how it differs from Pan & Tompkins; the wavelet
//   coefficients are the waveform in band.
// - The average is over the 150 ms of Pan & Tompkins, and the slope that tells a T wave is that of the
//   signal, not of the details (chosen with lead 0 of all of mitdb in view).
// - The delay of the wavelet filters is taken out: each output belongs to the middle of the filters' energy.
// - The beat is placed on the R peak of the signal itself.
#include <algorithm>
#include <array>
#include <cmath>

#include "beatbench/signal/resample.h"
#include "signal/detectors/detectors.h"
#include "signal/detectors/r_peak.h"
#include "signal/detectors/two_thresholds.h"
#include "signal/detectors/waveforms.h"

namespace beatbench::detectors {
namespace {

// Of the paper.
constexpr double kRate_hz = 80.0;
constexpr int kLevel = 3;
// I. Daubechies, Ten Lectures on Wavelets (1992), table 6.1, N = 3, with the sum sqrt(2).
constexpr std::array kScaling = {0.3326705529500825,  0.8068915093110924,  0.4598775021184914,
                                 -0.1350110200102546, -0.0854412738820267, 0.0352262918857095};
// Of Pan & Tompkins.
constexpr double kIntegration = 12;  // samples, 150 ms

using Taps = std::vector<double>;

// The other filter of the pair: reversed, with signs by turns.
Taps wavelet_filter() {
  Taps taps(kScaling.rbegin(), kScaling.rend());
  for (std::size_t i = 1; i < taps.size(); i += 2) taps[i] = -taps[i];
  return taps;
}

// One filter after the other, the second with its taps so many samples apart.
Taps after(const Taps& first, const Taps& second, std::size_t apart) {
  Taps both(first.size() + apart * (second.size() - 1), 0.0);
  for (std::size_t i = 0; i < first.size(); ++i) {
    for (std::size_t j = 0; j < second.size(); ++j) both[i + apart * j] += first[i] * second[j];
  }
  return both;
}

// What all levels together do to the signal: the scaling filter at each level but the last, there the wavelet.
Taps details_filter() {
  Taps taps = {1.0};
  for (int level = 0; level < kLevel; ++level) {
    const Taps filter = level + 1 < kLevel ? Taps(kScaling.begin(), kScaling.end()) : wavelet_filter();
    taps = after(taps, filter, std::size_t{1} << level);
  }
  return taps;
}

std::int64_t middle_of_energy(const Taps& taps) {
  double energy = 0, moment = 0;
  for (std::size_t i = 0; i < taps.size(); ++i) {
    energy += taps[i] * taps[i];
    moment += static_cast<double>(i) * taps[i] * taps[i];
  }
  return std::llround(moment / energy);
}

std::vector<float> details(std::span<const float> signal) {
  const Taps taps = details_filter();
  const std::int64_t middle = middle_of_energy(taps), last = static_cast<std::int64_t>(signal.size()) - 1;
  std::vector<float> out(signal.size());
  for (std::int64_t i = 0; i <= last; ++i) {
    double sum = 0;
    for (std::size_t k = 0; k < taps.size(); ++k) {
      const std::int64_t from = std::clamp<std::int64_t>(i + middle - static_cast<std::int64_t>(k), 0, last);
      sum += taps[k] * (signal[static_cast<std::size_t>(from)] - signal.front());
    }
    out[static_cast<std::size_t>(i)] = static_cast<float>(sum);
  }
  return out;
}

}  // namespace

std::vector<std::int64_t> swt(std::span<const float> signal_mv, double sampling_rate_hz) {
  const std::vector<float> signal = resample(signal_mv, sampling_rate_hz, kRate_hz);
  const std::vector<float> in_band = details(signal), slope = five_point_slope(signal, kRate_hz);
  const std::vector<float> integrated = centred_mean(squared(in_band), kIntegration);
  const std::vector<QrsCandidate> candidates = find_qrs_candidates({signal, in_band, slope, integrated, kRate_hz});
  const auto length = static_cast<std::int64_t>(signal.size());
  return place_beats(signal_mv, sampling_rate_hz, pick_by_two_thresholds(candidates, length, kRate_hz), kRate_hz);
}

}  // namespace beatbench::detectors
