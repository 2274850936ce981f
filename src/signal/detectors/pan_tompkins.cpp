// J. Pan and W. J. Tompkins, "A Real-Time QRS Detection Algorithm", IEEE Trans. Biomed. Eng. 32(3), 230-236 (1985),
// doi 10.1109/TBME.1985.325532: a band-pass of 5 to 11 Hz, the squared slope, its mean over 150 ms, and two sets of
// adaptive thresholds with search-back (two_thresholds.h, whose deviations are listed there).
//
// Deviations from the paper:
// - The signal is resampled to the paper's 200 Hz.
// - The filters are symmetrical around each sample instead of causal; means over an even number of samples count half
//   of the sample at either end. Amplitudes are in mV, not in the paper's integers.
// - Peaks of the band-passed signal count without their sign, so that an inverted lead gives the same beats.
// - The beat is placed on the R peak of the signal itself, not on the rising edge of the integrated waveform.
#include "beatbench/signal/resample.h"
#include "signal/detectors/detectors.h"
#include "signal/detectors/r_peak.h"
#include "signal/detectors/two_thresholds.h"
#include "signal/detectors/waveforms.h"

namespace beatbench::detectors {
namespace {

// Of the paper, whose rate is 200 Hz.
constexpr double kRate_hz = 200.0;
constexpr double kLowPass = 6;       // samples: a mean over so many, twice
constexpr double kHighPass = 32;     // samples: the mean over so many is taken away
constexpr double kIntegration = 30;  // samples: 150 ms

std::vector<float> band_pass(std::span<const float> signal) {
  std::vector<float> low = centred_mean(centred_mean(signal, kLowPass), kLowPass);
  const std::vector<float> baseline = centred_mean(low, kHighPass);
  for (std::size_t i = 0; i < low.size(); ++i) low[i] -= baseline[i];
  return low;
}

}  // namespace

std::vector<std::int64_t> pan_tompkins(std::span<const float> signal_mv, double sampling_rate_hz) {
  const std::vector<float> signal = resample(signal_mv, sampling_rate_hz, kRate_hz);
  const std::vector<float> in_band = band_pass(signal), slope = five_point_slope(in_band, kRate_hz);
  const std::vector<float> integrated = centred_mean(squared(slope), kIntegration);
  const std::vector<QrsCandidate> candidates = find_qrs_candidates({signal, in_band, slope, integrated, kRate_hz});
  const auto length = static_cast<std::int64_t>(signal.size());
  return place_beats(signal_mv, sampling_rate_hz, pick_by_two_thresholds(candidates, length, kRate_hz), kRate_hz);
}

}  // namespace beatbench::detectors
