// Signals that are hard in one way each, made up so that every beat is known.
#include <gmock/gmock.h>

#include <random>

#include "signal/made_up_rhythm.h"

namespace beatbench {
namespace {

using namespace tests;

class EveryDetectorHardPressed : public EveryDetector {};

INSTANTIATE_TEST_SUITE_P(Registry, EveryDetectorHardPressed, testing::ValuesIn(detector_names()), name_of);

std::vector<float> noise(std::size_t samples, double sd_mv) {
  std::mt19937 engine(7);
  std::vector<float> out(samples);
  for (float& value : out) {
    double sum = -6;  // of twelve uniform values: nearly normal
    for (int i = 0; i < 12; ++i) sum += static_cast<double>(engine()) / 4294967296.0;
    value = static_cast<float>(sd_mv * sum);
  }
  return out;
}

TEST_P(EveryDetectorHardPressed, FindsRhythmsFrom30To250BeatsPerMinute) {
  for (const double per_minute : {30.0, 40.0, 75.0, 120.0, 180.0, 200.0, 250.0}) {
    for (const double rate_hz : {100.0, 250.0, 360.0, 1000.0}) {
      SCOPED_TRACE(testing::Message() << per_minute << " beats per minute at " << rate_hz << " Hz");
      MadeUpRhythm rhythm;
      rhythm.signal.assign(static_cast<std::size_t>(40 * rate_hz), 0.0F);
      const double interval_s = 60 / per_minute;
      for (double at = 0.3; at < 39.8; at += interval_s) {  // the T wave of a fast rhythm is shorter
        const double t_width_s = std::min(0.040, 0.08 * interval_s);
        add_wave(rhythm.signal, rate_hz, at, 0.010, 1.0);
        add_wave(rhythm.signal, rate_hz, at + std::min(0.3, 0.45 * interval_s), t_width_s, 0.2);
        rhythm.beats.push_back(std::llround(at * rate_hz));
      }
      expect_near(detect(rhythm.signal, rate_hz), rhythm.beats, std::max(1L, std::lround(0.004 * rate_hz)));
    }
  }
}

TEST_P(EveryDetectorHardPressed, FindsTheSmallestAndTheLargest) {
  for (const double height_mv : {0.05, 0.1, 0.5, 2.0, 10.0, 100.0}) {
    SCOPED_TRACE(height_mv);
    const MadeUpRhythm rhythm = steady_rhythm(360, 0.8, 60, height_mv);
    expect_near(detect(rhythm.signal), rhythm.beats, 1);
  }
}

TEST_P(EveryDetectorHardPressed, FindsAnInvertedLead) {
  for (const double interval_s : {0.5, 0.8, 1.5}) {
    SCOPED_TRACE(interval_s);
    const MadeUpRhythm rhythm = steady_rhythm(360, interval_s, 60, -1.0);
    expect_near(detect(rhythm.signal), rhythm.beats, 1);
  }
}

TEST_P(EveryDetectorHardPressed, FindsTheSameOnAnyConstant) {
  MadeUpRhythm rhythm = steady_rhythm(250, 0.8, 60);
  for (const float offset_mv : {-300.0F, -5.0F, 5.0F, 300.0F}) {
    SCOPED_TRACE(offset_mv);
    std::vector<float> moved = rhythm.signal;
    for (float& value : moved) value += offset_mv;
    expect_near(detect(moved, 250), rhythm.beats, 1);
  }
}

TEST_P(EveryDetectorHardPressed, FindsTheFirstBeatAndTheLast) {
  for (const double first_s : {0.04, 0.1, 0.2}) {
    SCOPED_TRACE(first_s);
    MadeUpRhythm rhythm = steady_rhythm(360, 0.8, 30, 1.0, first_s);
    rhythm.signal.resize(static_cast<std::size_t>(rhythm.beats.back()) + 15);  // 42 ms after the last R peak
    expect_near(detect(rhythm.signal), rhythm.beats, 2);
  }
}

TEST_P(EveryDetectorHardPressed, RecoversFromALoudStart) {
  const MadeUpRhythm rhythm = steady_rhythm(360, 0.8, 90);
  for (const double sd_mv : {0.3, 1.0, 5.0, 50.0}) {
    SCOPED_TRACE(sd_mv);
    std::vector<float> signal = rhythm.signal;
    const std::vector<float> loud = noise(3600, sd_mv);
    for (std::size_t i = 0; i < loud.size(); ++i) signal[i] += loud[i];
    const std::int64_t quiet_for_a_while = 360 * 30;
    expect_near(since(detect(signal), quiet_for_a_while), since(rhythm.beats, quiet_for_a_while), 2);
  }
}

TEST_P(EveryDetectorHardPressed, RecoversFromOneStrongArtefact) {
  const MadeUpRhythm rhythm = steady_rhythm(360, 0.8, 90);
  for (const std::int64_t at_s : {2, 20}) {
    SCOPED_TRACE(at_s);
    std::vector<float> signal = rhythm.signal;
    add_wave(signal, 360, static_cast<double>(at_s) + 0.07, 0.010, 100);
    const std::int64_t later = 360 * (at_s + 20);
    expect_near(since(detect(signal), later), since(rhythm.beats, later), 2);
  }
}

TEST_P(EveryDetectorHardPressed, RecoversFromALeadThatWasOff) {
  MadeUpRhythm rhythm = steady_rhythm(360, 0.8, 120);
  for (std::size_t i = 10'800; i < 18'000; ++i) rhythm.signal[i] = 5.0F;  // 20 s at the end of the recorder's range
  const Beats found = detect(rhythm.signal);
  EXPECT_EQ(std::ranges::count_if(found, [](auto beat) { return beat > 10'900 && beat < 17'900; }), 0);
  expect_near(since(found, 360 * 60), since(rhythm.beats, 360 * 60), 2);
}

TEST_P(EveryDetectorHardPressed, FindsBeatsWhoseTopsAreCutOff) {
  MadeUpRhythm rhythm = steady_rhythm(360, 0.8, 60);
  for (float& value : rhythm.signal) value = std::min(value, 0.5F);
  expect_near(detect(rhythm.signal), rhythm.beats, 4);  // the flat top is 23 ms long
}

TEST_P(EveryDetectorHardPressed, FindsBeatsInNoise) {
  MadeUpRhythm rhythm = steady_rhythm(360, 0.8, 300);
  const std::vector<float> hiss = noise(rhythm.signal.size(), 0.05);
  for (std::size_t i = 0; i < hiss.size(); ++i) {
    const double breathing = 0.5 * std::sin(static_cast<double>(i) / 360 * 2 * 3.14159 * 0.25);
    rhythm.signal[i] += hiss[i] + static_cast<float>(breathing);
  }
  const Beats found = detect(rhythm.signal);
  std::size_t near = 0;
  for (const std::int64_t beat : rhythm.beats) {
    near += std::ranges::any_of(found, [&](auto other) { return std::abs(other - beat) <= 3; }) ? 1U : 0U;
  }
  EXPECT_GE(100 * near, 99 * rhythm.beats.size());
  EXPECT_LE(100 * found.size(), 101 * rhythm.beats.size());
}

TEST_P(EveryDetectorHardPressed, BeatsAscendWhateverTheSignal) {
  for (const double rate_hz : {50.0, 100.0, 360.0, 1000.0, 10'000.0}) {
    std::vector<float> signal = noise(static_cast<std::size_t>(20 * rate_hz), 1.0);
    for (std::size_t i = 0; i < signal.size(); i += 97) signal[i] *= 1000;
    const Beats found = detect(signal, rate_hz);
    EXPECT_EQ(std::ranges::adjacent_find(found, std::greater_equal()), found.end()) << rate_hz;
    for (const std::int64_t beat : found) EXPECT_TRUE(beat >= 0 && beat < static_cast<std::int64_t>(signal.size()));
  }
}

class EveryDetectorAllDay : public EveryDetector {};

INSTANTIATE_TEST_SUITE_P(Full_Registry, EveryDetectorAllDay, testing::ValuesIn(detector_names()), name_of);

// A day, half of it beats, a quarter silent and a quarter noise: what grows faster than the length would not end.
TEST_P(EveryDetectorAllDay, TakesADay) {
  constexpr std::int64_t six_hours = 6LL * 3600 * 250;
  const MadeUpRhythm rhythm = steady_rhythm(250, 0.8, 12 * 3600);
  std::vector<float> signal = rhythm.signal;
  signal.resize(static_cast<std::size_t>(3 * six_hours), 0.0F);
  const std::vector<float> hiss = noise(static_cast<std::size_t>(six_hours), 0.2);
  signal.insert(signal.end(), hiss.begin(), hiss.end());
  Beats found = detect(signal, 250);
  std::erase_if(found, [](std::int64_t beat) { return beat >= 2 * six_hours; });
  expect_near(found, rhythm.beats, 1);
}

}  // namespace
}  // namespace beatbench
