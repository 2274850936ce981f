#include "beatbench/signal/detector.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "beatbench/evaluation/beat_matching.h"
#include "beatbench/signal/resample.h"
#include "beatbench/wfdb/record_io.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Beats = std::vector<std::int64_t>;

// Narrow upright waves of 1 mV, each with a T wave of 0.3 mV, at a steady pace.
struct MadeUpRhythm {
  std::vector<float> signal;
  Beats beats;
};

MadeUpRhythm steady_rhythm(double rate_hz, double interval_s, double seconds, double height_mv = 1.0) {
  MadeUpRhythm rhythm;
  rhythm.signal.assign(static_cast<std::size_t>(seconds * rate_hz), 0.0F);
  const auto add_wave = [&](double at_s, double width_s, double height) {
    for (std::size_t i = 0; i < rhythm.signal.size(); ++i) {
      const double t = (static_cast<double>(i) / rate_hz - at_s) / width_s;
      if (std::abs(t) < 6) rhythm.signal[i] += static_cast<float>(height * std::exp(-0.5 * t * t));
    }
  };
  for (double at = 0.4; at < seconds - 0.2; at += interval_s) {
    add_wave(at, 0.010, height_mv);
    add_wave(at + std::min(0.3, 0.45 * interval_s), 0.040, 0.3 * height_mv);
    rhythm.beats.push_back(std::llround(at * rate_hz));
  }
  return rhythm;
}

void expect_near(const Beats& found, const Beats& expected, std::int64_t tolerance_samples) {
  ASSERT_EQ(found.size(), expected.size());
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_LE(std::abs(found[i] - expected[i]), tolerance_samples) << i;
}

std::vector<std::string> detector_names() {
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

INSTANTIATE_TEST_SUITE_P(Registry, EveryDetector, testing::ValuesIn(detector_names()),
                         [](const auto& each) { return each.param; });

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

// Recordings: a change of the input moves the answer as it must.
class EveryDetectorOnRecord : public EveryDetector {
 protected:
  static std::vector<float> first_lead(const std::filesystem::path& folder, const std::string& name) {
    std::vector<float> signal = to_millivolts(read_record(folder / name, {}).leads.front());
    signal.resize(static_cast<std::size_t>(360 * 300));
    return signal;
  }

  // Expects nearly all beats (all but one in 200) within 20 ms.
  static void expect_same_beats(const Beats& found, const Beats& expected) {
    std::size_t same = 0;
    for (const std::int64_t beat : expected) {
      const auto at = std::ranges::lower_bound(found, beat - 7);
      same += at != found.end() && *at <= beat + 7 ? 1 : 0;
    }
    EXPECT_GE(200 * same, 199 * expected.size());
    EXPECT_GE(200 * expected.size(), 199 * found.size());
  }
};

INSTANTIATE_TEST_SUITE_P(Registry, EveryDetectorOnRecord, testing::ValuesIn(detector_names()),
                         [](const auto& each) { return each.param; });

TEST_P(EveryDetectorOnRecord, MovesAsTheSignalDoes) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  for (const char* name : {"100", "119", "232"}) {
    SCOPED_TRACE(name);
    const std::vector<float> signal = first_lead(folder, name);
    const Beats beats = detect(signal);
    ASSERT_GT(beats.size(), 200U);
    std::vector<float> changed = signal;
    for (float& value : changed) value *= 4;
    EXPECT_EQ(detect(changed), beats) << "four times as large";
    for (float& value : changed) value = value / 4 + 5;
    expect_same_beats(detect(changed), beats);
    changed.assign(3600, signal.front());
    changed.insert(changed.end(), signal.begin(), signal.end());
    Beats moved = detect(changed);
    for (std::int64_t& beat : moved) beat -= 3600;
    expect_same_beats(moved, beats);
    for (const double rate_hz : {128.0, 250.0, 500.0, 1000.0}) {
      SCOPED_TRACE(rate_hz);
      Beats back = detect(resample(signal, 360, rate_hz), rate_hz);
      for (std::int64_t& beat : back) beat = map_sample(beat, rate_hz, 360);
      expect_same_beats(back, beats);
    }
  }
}

TEST(Detector, UnknownNamesAndRatesAreRefused) {
  EXPECT_ERROR(detect_beats({}, 360, "ear"), ErrorKind::usage, "'ear'", "bestpath");
  EXPECT_ERROR(detect_beats({}, 20), ErrorKind::usage, "20 Hz", "50 to 10000");
  EXPECT_ERROR(detect_beats({}, std::nan("")), ErrorKind::usage, "sampling rate");
}

// The bar is gqrs of the WFDB Software Package 10.7: 99.74 / 99.72 % (lead 0, EC57's span, 150 ms), as the tables of
// WFDB's own comparator bxb have it, which the tests of evaluation/ hold our comparison against.
TEST(Full_Detector, FindsMoreBeatsOfMitdbThanGqrs) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  std::vector<BeatComparison> comparisons;
  for (const std::string& name : read_record_list(folder)) {
    const Record record = read_record(folder / name, {});
    const Beats found = detect_beats(to_millivolts(record.leads.front()), record.sampling_rate_hz);
    comparisons.push_back(compare_beats(beat_marks(record.annotations), beat_marks(found), {}));
  }
  const Ec57Figures figures = ec57_figures(comparisons);
  EXPECT_EQ(figures.beats, 91'285);
  EXPECT_GT(figures.sensitivity.value.value(), 0.9980);
  EXPECT_GT(figures.positive_predictivity.value.value(), 0.9980);
}

}  // namespace
}  // namespace beatbench
