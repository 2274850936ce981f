#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace beatbench::detectors {

// The decision rules of Pan & Tompkins, "A Real-Time QRS Detection Algorithm", IEEE Trans. Biomed. Eng. 32(3),
// 230-236 (1985), doi 10.1109/TBME.1985.325532, which several detectors share: running levels of signal and noise
// peaks in two waveforms, a threshold at a quarter of the way between them, half of it where a beat is overdue, both
// lower while the rhythm is irregular, and the slope of the beat before to tell a T wave.
//
// Deviations from the paper:
// - Peaks come without delay and those within 200 ms of a larger one are left out, where the paper goes by the larger
//   peaks of the past alone and has a refractory period of 200 ms.
// - The learning phase of 2 s begins at the first peak that deflects the signal at all, and the first interval is taken
//   to be 1 s until there is one. The signal level begins as the largest peak of that time, the noise level at 0; the
//   paper does not say how it finds them.
// - After 8 s without a beat the levels are learnt anew from these 8 s, as the median of the largest peaks of 2 s each,
//   and the 8 s are gone through again: the paper's levels never recover from a loud artefact.
// - Intervals over such a silence do not count for the rhythm. Where none of eight intervals fits the selected mean,
//   this mean begins anew from these eight: the paper's never follows a jump of the heart rate.
struct QrsCandidate {
  std::int64_t at = 0;
  double integrated = 0;  // height in the waveform of the energy
  double in_band = 0;     // height in the waveform before it
  double slope = 0;       // steepest within the complex
};

// A detector's waveforms, all at one rate.
struct QrsWaveforms {
  std::span<const float> signal_mv, in_band, slope, integrated;
  double rate_hz = 0;
};

// The peaks of the energy; each lies where the in-band waveform is largest near it.
std::vector<QrsCandidate> find_qrs_candidates(const QrsWaveforms& waveforms);

// The places of those that are beats. The candidates ascend; `length` is that of the signal, in samples.
std::vector<std::int64_t> pick_by_two_thresholds(std::span<const QrsCandidate> candidates, std::int64_t length,
                                                 double rate_hz);

}  // namespace beatbench::detectors
