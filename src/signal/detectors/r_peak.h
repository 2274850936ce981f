#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace beatbench::detectors {

// Sums of the signal up to any moment, so that a mean over any stretch takes one subtraction. Outside of the recording
// its edge samples go on. The signal must not be empty and must outlive this.
class Sums {
 public:
  explicit Sums(std::span<const float> signal) : signal_(signal), sums_(signal.size() + 1) {
    for (std::size_t i = 0; i < signal.size(); ++i) sums_[i + 1] = sums_[i] + signal[i];
  }

  double up_to(double time) const {
    if (time <= 0) return time * signal_.front();
    const auto whole = static_cast<std::size_t>(time);
    if (whole >= signal_.size()) return sums_.back() + (time - static_cast<double>(signal_.size())) * signal_.back();
    return sums_[whole] + (time - static_cast<double>(whole)) * signal_[whole];
  }

  double mean(double begin, double end) const { return (up_to(end) - up_to(begin)) / (end - begin); }

  std::int64_t length() const { return static_cast<std::int64_t>(signal_.size()); }

 private:
  std::span<const float> signal_;
  std::vector<double> sums_;
};

struct RPeak {
  std::int64_t sample = 0;
  double deflection_mv = 0;  // from its surroundings, without sign
};

// No QRS deflects less than this, which is half of what the smallest one that we want to find (0.05 mV) does; it keeps
// the adaptive thresholds from finding beats in the last bits of a flat line.
inline constexpr double kSmallestDeflection_mv = 0.015;

// Finds the R peaks of QRS complexes: the sample with the largest deflection from its surroundings within 75 ms of the
// middle of a complex. The signal must not be empty and must outlive this.
class RPeakSearch {
 public:
  RPeakSearch(std::span<const float> signal_mv, double rate_hz) : signal_mv_(signal_mv), rate_hz_(rate_hz) {}

  RPeak near(double middle_samples);

 private:
  std::span<const float> signal_mv_;
  double rate_hz_;
  std::vector<float> edge_;  // room, used again
  std::vector<double> sums_, deflections_;
};

// One of them.
RPeak r_peak(std::span<const float> signal_mv, double middle_samples, double rate_hz);

// Puts each of a detector's beats, found at a rate of its own and ascending, on its R peak. Beats of one peak count
// once; those without a deflection are left out.
std::vector<std::int64_t> place_beats(std::span<const float> signal_mv, double rate_hz,
                                      std::span<const std::int64_t> found, double found_hz);

}  // namespace beatbench::detectors
