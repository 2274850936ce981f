// M. Elgendi, "Fast QRS Detection with an Optimized Knowledge-Based Method: Evaluation on 11 Standard ECG Databases",
// PLoS ONE 8(9): e73557 (2013), doi 10.1371/journal.pone.0073557, after M. Elgendi, M. Jonkman and F. De Boer,
// "Frequency Bands Effects on QRS Detection", BIOSIGNALS 2010: the energy of 8 to 20 Hz averaged over a QRS complex
// against its average over a beat; a stretch where the first is larger and which is as long as a QRS holds one.
//
// Deviations from the paper:
// - The signal is resampled to 360 Hz, the rate of mitdb.
// - The Butterworth filter of order 3 is run forwards and backwards.
// - The offset is 8 % of the mean energy of 30 s around, not of the whole recording: one loud artefact would hide every
//   beat of it.
// - Of two stretches whose peaks are less than 200 ms apart the larger counts.
// - The beat is placed on the R peak of the signal itself.
#include <algorithm>
#include <cmath>

#include "beatbench/signal/filter.h"
#include "beatbench/signal/resample.h"
#include "signal/detectors/detectors.h"
#include "signal/detectors/r_peak.h"
#include "signal/detectors/waveforms.h"

namespace beatbench::detectors {
namespace {

// Of the paper.
constexpr double kRate_hz = 360.0;
constexpr BandPass kBand = {.order = 3, .low_hz = 8, .high_hz = 20};
constexpr std::int64_t kQrs = 35;    // samples, 97 ms
constexpr std::int64_t kBeat = 220;  // samples, 611 ms
constexpr double kOffset = 0.08;     // of the mean energy
// Our own.
constexpr double kOffsetWindow = 30 * kRate_hz;  // samples
constexpr std::int64_t kRefractory = 72;         // samples, 200 ms

std::vector<std::int64_t> find_beats(std::span<const float> energy) {
  const std::vector<float> of_qrs = centred_mean(energy, kQrs), of_beat = centred_mean(energy, kBeat);
  const std::vector<float> around = centred_mean(energy, kOffsetWindow);
  const auto in_stretch = [&](std::size_t i) {
    return of_qrs[i] > of_beat[i] + static_cast<float>(kOffset) * around[i];
  };
  std::vector<std::int64_t> beats;
  for (std::size_t i = 0; i < energy.size(); ++i) {
    const std::size_t first = i;
    while (i < energy.size() && in_stretch(i)) ++i;
    if (static_cast<std::int64_t>(i - first) < kQrs) continue;
    const auto begin = of_qrs.begin() + static_cast<std::ptrdiff_t>(first);
    const std::int64_t peak = std::max_element(begin, of_qrs.begin() + static_cast<std::ptrdiff_t>(i)) - of_qrs.begin();
    const bool is_near = !beats.empty() && peak - beats.back() < kRefractory;
    if (!is_near)
      beats.push_back(peak);
    else if (of_qrs[static_cast<std::size_t>(peak)] > of_qrs[static_cast<std::size_t>(beats.back())])
      beats.back() = peak;
  }
  return beats;
}

}  // namespace

std::vector<std::int64_t> two_average(std::span<const float> signal_mv, double sampling_rate_hz) {
  std::vector<float> signal = resample(signal_mv, sampling_rate_hz, kRate_hz);
  filter_zero_phase(signal, butterworth_band_pass(kBand, kRate_hz));
  return place_beats(signal_mv, sampling_rate_hz, find_beats(squared(signal)), kRate_hz);
}

}  // namespace beatbench::detectors
