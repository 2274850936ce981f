#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace beatbench::detectors {

inline constexpr double kGridHz = 200.0;  // a lead is looked at in steps of 5 ms
constexpr std::ptrdiff_t steps(double seconds) { return static_cast<std::ptrdiff_t>(seconds * kGridHz + 0.5); }
inline constexpr std::ptrdiff_t kBeyond = 48;  // steps of slope before the first and after the last grid step

// A lead in grid steps.
struct QrsEnergy {
  std::vector<float> amplitude;  // root of the mean energy of slope and curvature over a QRS around each step, in mV
  std::vector<float> edges;      // the same of what is twice as quick: a QRS has it, a T wave has not
  std::vector<float> slope;      // of 25 ms, in mV; begins kBeyond steps before the others and ends as much after
};

// `signal_mv` must hold at least one step. Outside of it its edge samples go on.
QrsEnergy qrs_energy(std::span<const float> signal_mv, double sampling_rate_hz);

// How large QRS complexes and noise are around each grid step: of blocks of 2 s the largest amplitude and the median
// one, each as the median over three more blocks on both sides, with straight lines between.
class Levels {
 public:
  explicit Levels(std::span<const float> amplitude);

  // The amplitude at which a bump is as likely a beat as not: midway between both levels, geometrically; at least
  // 0.01 mV, below which there is no beat.
  double threshold(std::ptrdiff_t at) const;

  // The same for the first `count` steps.
  std::vector<float> thresholds(std::size_t count) const;

 private:
  std::vector<float> qrs_, noise_;
};

}  // namespace beatbench::detectors
