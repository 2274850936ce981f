// I. I. Christov, "Real time electrocardiogram QRS detection using combined adaptive threshold", BioMedical Engineering
// OnLine 3:28 (2004), doi 10.1186/1475-925X-3-28, Algorithm 2: the absolute slope of the smoothed signal against the
// sum of three thresholds. M follows the size of the beats (slew_threshold.h, whose deviations are listed there), F
// rises in noise, R falls where a beat is expected.
//
// Deviations from the paper:
// - The signal is resampled to 250 Hz. The paper divides F's steps by 150 samples at whatever rate: at another rate F
//   would weigh more or less.
// - The means are symmetrical around each sample instead of causal; that against the mains is over 20 ms everywhere.
// - F changes with the paper's steps, but starts at their sum over the samples before, not at the mean of the first
//   350 ms, whose excess would stay for good where a beat is among them.
// - One lead.
// - The beat is placed on the R peak of the signal itself, near the largest slope within 120 ms after the crossing.
#include <algorithm>
#include <cmath>

#include "beatbench/signal/resample.h"
#include "signal/detectors/detectors.h"
#include "signal/detectors/r_peak.h"
#include "signal/detectors/slew_threshold.h"
#include "signal/detectors/waveforms.h"

namespace beatbench::detectors {
namespace {

constexpr double kRate_hz = 250.0;
constexpr std::int64_t samples(double seconds) { return static_cast<std::int64_t>(seconds * kRate_hz + 0.5); }

// Of the paper.
constexpr double kMains = 5;    // samples, 20 ms
constexpr double kMuscle = 7;   // samples, 28 ms
constexpr double kSmooth = 10;  // samples, 40 ms
constexpr std::int64_t kRefractory = samples(0.200);
constexpr std::int64_t kNoiseMaximum = samples(0.050);                 // F compares the largest slopes of so long ...
constexpr std::int64_t kNoiseWindow = samples(0.350) - kNoiseMaximum;  // ... at both ends of 350 ms ...
constexpr double kNoiseDivisor = 150;                                  // ... and moves by this part of their difference
constexpr std::size_t kIntervals = 5;
constexpr double kExpected = 2.0 / 3.0;      // of the mean interval: from here to all of it, R falls ...
constexpr double kExpectedFall = 0.4 / 1.4;  // ... 1.4 times more slowly than M, which loses 0.4 of itself in 1 s
// Our own.
constexpr double kFloor = 0.2;                       // mV/s; a QRS of 0.05 mV and 40 ms has 0.6
constexpr std::int64_t kPeakAfter = samples(0.120);  // the largest slope is within this of the crossing

std::vector<float> slope_of(std::span<const float> signal) {
  const std::vector<float> smooth = centred_mean(centred_mean(signal, kMains), kMuscle);
  std::vector<float> slope(smooth.size());
  for (std::size_t i = 1; i + 1 < smooth.size(); ++i) {
    slope[i] = std::abs(smooth[i + 1] - smooth[i - 1]) * static_cast<float>(kRate_hz / 2);
  }
  return centred_mean(slope, kSmooth);
}

// F at each sample.
std::vector<float> noise_threshold(std::span<const float> slope) {
  std::vector<float> noise = running_max(slope, kNoiseMaximum);
  double sum = 0;
  std::vector<float> threshold(noise.size());
  for (std::size_t i = 0; i < noise.size(); ++i) {
    sum += noise[i];
    if (i >= static_cast<std::size_t>(kNoiseWindow)) sum -= noise[i - static_cast<std::size_t>(kNoiseWindow)];
    threshold[i] = static_cast<float>(sum / kNoiseDivisor);
  }
  return threshold;
}

// R.
class Expectation {
 public:
  void see_beat(std::int64_t sample) {
    if (last_ >= 0) intervals_.push_back(static_cast<double>(sample - last_));
    if (intervals_.size() > kIntervals) intervals_.erase(intervals_.begin());
    last_ = sample;
    mean_ = 0;
    for (const double interval : intervals_) mean_ += interval / static_cast<double>(intervals_.size());
  }

  double at(std::int64_t sample, double slew_threshold) const {
    if (intervals_.size() < kIntervals) return 0;
    const double since = std::min(static_cast<double>(sample - last_), mean_);
    return -kExpectedFall * slew_threshold * std::max(0.0, since - kExpected * mean_) / kRate_hz;
  }

 private:
  std::vector<double> intervals_;
  double mean_ = 0;
  std::int64_t last_ = -1;
};

std::vector<std::int64_t> find_beats(std::span<const float> slope) {
  const std::vector<float> noise = noise_threshold(slope);
  SlewThreshold size(slope, kRate_hz, kFloor);
  Expectation expectation;
  std::vector<std::int64_t> beats;
  const auto length = static_cast<std::int64_t>(slope.size());
  for (std::int64_t i = 0; i < length; ++i) {
    const double m = size.at(i), f = noise[static_cast<std::size_t>(i)], r = expectation.at(i, m);
    if (slope[static_cast<std::size_t>(i)] < m + f + r) continue;
    size.see_beat(i);
    expectation.see_beat(i);
    const auto here = slope.begin() + i;
    beats.push_back(std::max_element(here, here + std::min(kPeakAfter, length - i)) - slope.begin());
    i += kRefractory - 1;
  }
  return beats;
}

}  // namespace

std::vector<std::int64_t> christov(std::span<const float> signal_mv, double sampling_rate_hz) {
  const std::vector<float> slope = slope_of(resample(signal_mv, sampling_rate_hz, kRate_hz));
  return place_beats(signal_mv, sampling_rate_hz, find_beats(slope), kRate_hz);
}

}  // namespace beatbench::detectors
