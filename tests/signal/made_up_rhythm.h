#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include "beatbench/signal/detector.h"

namespace beatbench::tests {

using Beats = std::vector<std::int64_t>;

// Narrow upright waves of 1 mV, each with a T wave of 0.3 mV, at a steady pace.
struct MadeUpRhythm {
  std::vector<float> signal;
  Beats beats;
};

inline void add_wave(std::vector<float>& signal, double rate_hz, double at_s, double width_s, double height_mv) {
  const auto sample = [&](double s) {
    return static_cast<std::size_t>(std::clamp(s * rate_hz, 0.0, static_cast<double>(signal.size())));
  };
  for (std::size_t i = sample(at_s - 6 * width_s); i < sample(at_s + 6 * width_s); ++i) {
    const double t = (static_cast<double>(i) / rate_hz - at_s) / width_s;
    signal[i] += static_cast<float>(height_mv * std::exp(-0.5 * t * t));
  }
}

inline MadeUpRhythm steady_rhythm(double rate_hz, double interval_s, double seconds, double height_mv = 1.0,
                                  double first_s = 0.4) {
  MadeUpRhythm rhythm;
  rhythm.signal.assign(static_cast<std::size_t>(seconds * rate_hz), 0.0F);
  for (double at = first_s; at < seconds - 0.2; at += interval_s) {
    add_wave(rhythm.signal, rate_hz, at, 0.010, height_mv);
    add_wave(rhythm.signal, rate_hz, at + std::min(0.3, 0.45 * interval_s), 0.040, 0.3 * height_mv);
    rhythm.beats.push_back(std::llround(at * rate_hz));
  }
  return rhythm;
}

inline void expect_near(const Beats& found, const Beats& expected, std::int64_t tolerance_samples) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_LE(std::abs(found[i] - expected[i]), tolerance_samples) << i;
}

inline Beats since(const Beats& beats, std::int64_t first) {
  return {std::ranges::lower_bound(beats, first), beats.end()};
}

inline std::vector<std::string> detector_names() {
  std::vector<std::string> names;
  for (const DetectorSpec& spec : detector_registry()) names.emplace_back(spec.name);
  return names;
}

// What every detector must hold.
class EveryDetector : public testing::TestWithParam<std::string> {
 protected:
  Beats detect(std::span<const float> signal, double rate_hz = 360) const {
    return detect_beats(signal, rate_hz, GetParam());
  }
};

inline std::string name_of(const testing::TestParamInfo<std::string>& each) { return each.param; }

}  // namespace beatbench::tests
