#include "signal/detectors/slew_threshold.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace beatbench::detectors {
namespace {

// Of the paper.
constexpr double kPart = 0.6;  // of the largest value
constexpr double kBeat_s = 0.200;
constexpr double kJump = 1.5, kMostJump = 1.1;  // of the mean before
constexpr double kFallen_s = 1.200, kFallen = 0.6;
constexpr double kLearning_s = 5.0;
// Our own.
constexpr double kSilence_s = 8.0;

}  // namespace

SlewThreshold::SlewThreshold(std::span<const float> waveform, double rate_hz, double floor)
    : waveform_(waveform), rate_hz_(rate_hz), floor_(floor) {
  learn(0);
}

std::int64_t SlewThreshold::samples(double seconds) const { return std::llround(seconds * rate_hz_); }

double SlewThreshold::largest(std::int64_t first, std::int64_t end) const {
  end = std::min(end, static_cast<std::int64_t>(waveform_.size()));
  if (first >= end) return 0;
  return *std::max_element(waveform_.begin() + first, waveform_.begin() + end);
}

void SlewThreshold::learn(std::int64_t from) {
  const auto loud =
      std::find_if(waveform_.begin() + from, waveform_.end(), [&](float value) { return value >= floor_; });
  const std::int64_t start = loud - waveform_.begin();
  latest_.fill(kPart * largest(start, start + samples(kLearning_s)));
  mean_ = latest_.front();
  beat_ = heard_ = start;
}

double SlewThreshold::at(std::int64_t sample) {
  if (sample - heard_ > samples(kSilence_s)) learn(sample);
  const double since = static_cast<double>(sample - beat_) / rate_hz_;
  const double part = std::clamp((since - kBeat_s) / (kFallen_s - kBeat_s), 0.0, 1.0);
  return std::max(floor_, mean_ * (1 - part * (1 - kFallen)));
}

void SlewThreshold::see_beat(std::int64_t sample) {
  const double size = kPart * largest(sample, sample + samples(kBeat_s));
  latest_[next_] = size > kJump * mean_ ? kMostJump * mean_ : size;
  next_ = (next_ + 1) % latest_.size();
  mean_ = std::accumulate(latest_.begin(), latest_.end(), 0.0) / static_cast<double>(latest_.size());
  beat_ = heard_ = sample;
}

}  // namespace beatbench::detectors
