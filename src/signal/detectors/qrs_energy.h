#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
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

// How much of which samples each grid step takes. Found once for a rate and used for all stretches of a recording, each
// of which begins with a step of its own.
class StepWeights {
 public:
  explicit StepWeights(double sampling_rate_hz)
      : samples_per_step_(sampling_rate_hz / kGridHz),
        taps_(static_cast<std::size_t>(std::ceil(samples_per_step_)) + 1) {}

  double samples_per_step() const { return samples_per_step_; }

  // Finds those of the first `steps` steps, if they are not known yet.
  void cover(std::size_t steps);

  // The signal's integral over each step, which must be covered, in mV samples.
  void sum_up(std::span<const float> signal, std::span<float> sums) const;

 private:
  double samples_per_step_;
  std::size_t taps_;                  // samples that a step touches at the most
  std::vector<std::uint32_t> first_;  // the first of them
  std::vector<float> weights_;        // [step][tap]
};

// `signal_mv` must hold at least one step. Outside of it its edge samples go on.
QrsEnergy qrs_energy(std::span<const float> signal_mv, StepWeights& weights);

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
