#include "beatbench/evaluation/noise_stress.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "beatbench/recordings/wfdb/record_io.h"
#include "support/recordings.h"

namespace beatbench {
namespace {

using testing::ElementsAre;

std::vector<std::pair<std::int64_t, std::int64_t>> edges(const std::vector<SampleSpan>& spans) {
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  for (const SampleSpan& span : spans) out.emplace_back(span.first, span.last);
  return out;
}

// 5:00 to 7:00, 9:00 to 11:00, ... of 30:05.
TEST(NoisyStretches, TakeTurnsWithCleanOnes) {
  EXPECT_THAT(edges(noisy_stretches(1805, 1)),
              ElementsAre(std::pair(300, 419), std::pair(540, 659), std::pair(780, 899), std::pair(1020, 1139),
                          std::pair(1260, 1379), std::pair(1500, 1619), std::pair(1740, 1804)));
  EXPECT_THAT(edges(noisy_stretches(420 * 360, 360)), ElementsAre(std::pair(108'000, 151'199)));
  EXPECT_THAT(noisy_stretches(300 * 360, 360), testing::IsEmpty());
  EXPECT_THAT(noisy_stretches(0, 360), testing::IsEmpty());
}

// The lead of the clean record is in the noisy one but for an offset, wherever there is no noise.
TEST(NoisyStretches, AreThoseOfNstdb) {
  BEATBENCH_NEED_DATABASE(mitdb, "mitdb");
  BEATBENCH_NEED_DATABASE(nstdb, "nstdb");
  for (const std::string record : {"118e24", "118e00", "119e_6"}) {
    const Record clean = read_record(mitdb / record.substr(0, 3)), noisy = read_record(nstdb / record);
    const auto& a = clean.leads[0].samples;
    const auto& b = noisy.leads[0].samples;
    ASSERT_EQ(a.size(), b.size());
    std::int64_t next = 0;
    for (const SampleSpan& span : noisy_stretches(static_cast<std::int64_t>(a.size()), 360)) {
      const auto begin = static_cast<std::size_t>(next), first = static_cast<std::size_t>(span.first);
      for (std::size_t i = begin + 1; i < first; ++i) ASSERT_EQ(a[i] - b[i], a[begin] - b[begin]) << record << " " << i;
      std::size_t changes = 0;
      for (std::size_t i = first + 1; i <= static_cast<std::size_t>(span.last); ++i)
        changes += a[i] - b[i] != a[i - 1] - b[i - 1];
      EXPECT_GT(static_cast<double>(changes), 0.2 * static_cast<double>(span.last - span.first)) << record;
      next = span.last + 1;
    }
  }
}

// At 1 Hz beats every 10 s from 5:00 on: 12 in each stretch.
TEST(StressLevels, CountBothRecordsTogetherAndEachAlone) {
  std::vector<std::int64_t> beats, half;
  for (std::int64_t s = 305; s < 780; s += 10) {
    beats.push_back(s);
    const bool is_noisy = (s - 300) % 240 < 120;
    if (!is_noisy || s % 20 == 5) half.push_back(s);  // every other beat is missed where there is noise
  }
  half.insert(half.begin() + 1, 310);  // and one too many
  const BeatComparisonOptions options{.sampling_rate_hz = 1, .window_s = 2, .start_s = 300};
  const BeatComparison all = compare_beats(beat_marks(beats), beat_marks(beats), options),
                       some = compare_beats(beat_marks(beats), beat_marks(half), options);
  const std::vector<StressedRecord> records = {stressed_record("a", 0, some, 780), stressed_record("b", 6, all, 780),
                                               stressed_record("c", 0, all, 780)};
  const std::vector<StressLevel> levels = stress_levels(records);
  ASSERT_EQ(levels.size(), 2U);
  EXPECT_EQ(levels[0].snr_db, 6);
  EXPECT_EQ(levels[1].snr_db, 0);
  ASSERT_EQ(levels[1].records.size(), 2U);
  const StressLevel::Metrics &a = levels[1].records[0], &gross = levels[1].gross;
  EXPECT_EQ(a.record, "a");
  EXPECT_EQ(a.from_5_min.beats, 48);
  EXPECT_EQ(a.from_5_min.missed, 12);
  EXPECT_EQ(a.from_5_min.extra, 1);
  EXPECT_EQ(a.noisy.beats, 24);
  EXPECT_EQ(a.noisy.missed, 12);
  EXPECT_EQ(a.noisy.extra, 1);
  EXPECT_EQ(gross.noisy.beats, 48);
  EXPECT_DOUBLE_EQ(*gross.noisy.sensitivity.value, 36.0 / 48);
  EXPECT_DOUBLE_EQ(*gross.noisy.positive_predictivity.value, 36.0 / 37);
  EXPECT_DOUBLE_EQ(*gross.from_5_min.sensitivity.value, 84.0 / 96);
}

// 118e00 from 5:00 on: 96.8 and 60.8 %, F1 74.7 %, as WFDB's own programs give it.
TEST(StressLevels, OfGqrsAreThoseOfTheRecordsAskedFor) {
  const std::vector<std::string> one = {"118e00", "x"};
  const std::vector<StressLevel> levels = gqrs_stress_levels(one);
  ASSERT_EQ(levels.size(), 1U);
  EXPECT_EQ(levels[0].snr_db, 0);
  const Ec57Metrics& metrics = levels[0].gross.from_5_min;
  EXPECT_NEAR(*metrics.sensitivity.value, 0.968, 0.0005);
  EXPECT_NEAR(*metrics.positive_predictivity.value, 0.608, 0.0005);
  EXPECT_NEAR(*metrics.f1.value, 0.747, 0.0005);
  EXPECT_THAT(gqrs_stress_levels({}), testing::IsEmpty());
}

// The beats that were counted are those of the records.
TEST(StressLevels, OfGqrsAreOfNstdbsBeats) {
  BEATBENCH_NEED_DATABASE(nstdb, "nstdb");
  std::vector<std::string> names;
  for (const std::string& name : read_record_list(nstdb)) {
    if (name.size() == 6) names.push_back(name);
  }
  const std::vector<StressLevel> levels = gqrs_stress_levels(names);
  ASSERT_EQ(levels.size(), 6U);
  ReadOptions marks;
  marks.signals = false;
  for (const StressLevel& level : levels) {
    ASSERT_EQ(level.records.size(), 2U);
    for (const StressLevel::Metrics& metrics : level.records) {
      const BeatMarks reference = beat_marks(read_record(nstdb / metrics.record, marks).annotations);
      const BeatComparison missed = compare_beats(reference, {}, {.sampling_rate_hz = 360});
      EXPECT_EQ(metrics.from_5_min.beats, ec57_metrics(missed).beats) << metrics.record;
      EXPECT_EQ(metrics.noisy.beats, ec57_metrics(within(missed, noisy_stretches(650'000, 360))).beats);
    }
  }
}

}  // namespace
}  // namespace beatbench
