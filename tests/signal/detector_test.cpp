#include "beatbench/signal/detector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "signal/made_up_rhythm.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::IsEmpty;
using namespace tests;

INSTANTIATE_TEST_SUITE_P(Registry, EveryDetector, testing::ValuesIn(detector_names()), name_of);

TEST_P(EveryDetector, FindsEveryBeatOfASteadyRhythmWithoutDelay) {
  for (const double rate_hz : {100.0, 250.0, 360.0, 500.0, 1000.0}) {
    for (const double interval_s : {0.4, 0.8, 1.5}) {
      SCOPED_TRACE(testing::Message() << rate_hz << " Hz, " << interval_s << " s");
      const MadeUpRhythm rhythm = steady_rhythm(rate_hz, interval_s, 30);
      expect_near(detect(rhythm.signal, rate_hz), rhythm.beats, std::max(2L, std::lround(0.004 * rate_hz)));
    }
  }
}

TEST_P(EveryDetector, SeesNoBeatWhereThereIsNone) {
  EXPECT_THAT(detect({}), IsEmpty());
  EXPECT_THAT(detect(std::vector<float>(1, 1.0F)), IsEmpty());
  EXPECT_THAT(detect(std::vector<float>(3600, 0.7F)), IsEmpty());
  std::mt19937 engine(1);
  std::vector<float> noise(36'000);
  for (float& value : noise) value = 0.005F * static_cast<float>(static_cast<int>(engine() % 3) - 1);  // mV
  EXPECT_THAT(detect(noise), IsEmpty());
}

TEST_P(EveryDetector, TakesSignalsOfAnyLength) {
  const MadeUpRhythm rhythm = steady_rhythm(360, 0.8, 3);
  for (std::size_t length = 0; length < rhythm.signal.size(); length += 7) {
    for (const std::int64_t beat : detect(std::span(rhythm.signal).first(length))) {
      EXPECT_GE(beat, 0);
      EXPECT_LT(beat, static_cast<std::int64_t>(length));
    }
  }
}

TEST_P(EveryDetector, ReportsNoBeatInAGap) {
  MadeUpRhythm rhythm = steady_rhythm(360, 0.8, 30);
  const std::size_t first = 3600, end = 7200;
  for (std::size_t i = first; i < end; ++i) rhythm.signal[i] = std::numeric_limits<float>::quiet_NaN();
  std::erase_if(rhythm.beats, [&](std::int64_t beat) {
    return beat >= static_cast<std::int64_t>(first) && beat < static_cast<std::int64_t>(end);
  });
  expect_near(detect(rhythm.signal), rhythm.beats, 2);
}

TEST_P(EveryDetector, FollowsASuddenPauseAndAnEarlyBeat) {
  MadeUpRhythm rhythm = steady_rhythm(360, 0.8, 40);
  Beats expected;
  for (std::size_t i = 0; i < rhythm.beats.size(); ++i) {
    const auto at = static_cast<std::size_t>(rhythm.beats[i]);
    if (i < 20 || i > 27) {
      expected.push_back(rhythm.beats[i]);
      continue;
    }
    std::fill(rhythm.signal.begin() + static_cast<std::ptrdiff_t>(at) - 40,
              rhythm.signal.begin() + static_cast<std::ptrdiff_t>(at) + 240, 0.0F);  // a pause of 7.2 s
  }
  expect_near(detect(rhythm.signal), expected, 2);
}

TEST(Detector, UnknownNamesAndRatesAreRefused) {
  EXPECT_ERROR(detect_beats({}, 360, "ear"), ErrorKind::usage, "'ear'", "bestpath");
  EXPECT_ERROR(detect_beats({}, 20), ErrorKind::usage, "20 Hz", "50 to 10000");
  EXPECT_ERROR(detect_beats({}, std::nan("")), ErrorKind::usage, "sampling rate");
  const std::vector<std::vector<float>> none, uneven = {{1, 2}, {1, 2, 3}};
  EXPECT_ERROR(detect_beats_in_leads(none, 360), ErrorKind::usage, "none");
  EXPECT_ERROR(detect_beats_in_leads(uneven, 360), ErrorKind::usage, "2 and 3 samples");
  EXPECT_ERROR(detect_beats_in_leads(uneven, 360, "wqrs"), ErrorKind::usage, "wqrs", "one lead");
}

}  // namespace
}  // namespace beatbench
