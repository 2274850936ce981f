#pragma once

#include <array>
#include <cstdint>
#include <span>

namespace beatbench::detectors {

// The threshold M of I. I. Christov, "Real time electrocardiogram QRS detection using combined adaptive threshold",
// BioMedical Engineering OnLine 3:28 (2004), doi 10.1186/1475-925X-3-28, which follows the size of the latest five
// beats: each gives 0.6 of its largest value within 200 ms, but no more than 1.1 of the value before it where it is
// more than 1.5 of that; from 200 to 1200 ms after a beat the threshold falls to 60 % of the mean of the five. At first
// all five are 0.6 of the largest value of 5 s.
//
// Deviations from the paper:
// - The value before is not that of the latest beat but the mean of the five: one small wave that was taken for a beat
//   held the threshold down for good. Which of the two was chosen with lead 0 of all of mitdb in view.
// - The 5 s begin where the waveform first reaches a floor, and the threshold is never below this floor.
// - After 8 s without a beat the 5 s begin anew, as a threshold that was learnt from a loud artefact would
//   stay for good.
class SlewThreshold {
 public:
  SlewThreshold(std::span<const float> waveform, double rate_hz, double floor);

  // The threshold at a sample, asked for in ascending order and not within 200 ms after a beat.
  double at(std::int64_t sample);
  void see_beat(std::int64_t sample);

 private:
  std::int64_t samples(double seconds) const;
  double largest(std::int64_t first, std::int64_t end) const;
  void learn(std::int64_t from);

  std::span<const float> waveform_;
  double rate_hz_, floor_;
  std::array<double, 5> latest_ = {};
  std::size_t next_ = 0;
  double mean_ = 0;
  std::int64_t beat_ = 0;   // the latest; where learning ended, before any
  std::int64_t heard_ = 0;  // when there was a beat, or the threshold was learnt
};

}  // namespace beatbench::detectors
