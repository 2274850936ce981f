#include <gmock/gmock.h>

#include <cmath>
#include <numeric>
#include <string>

#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/signal/prepare.h"
#include "signal/made_up_record.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using namespace std::string_literals;

using testing::ElementsAre;
using testing::IsEmpty;
using tests::made_up_record;
using tests::plain;

std::vector<float> window_of(const BeatSet& set, std::size_t i) {
  const auto window = set.window(i);
  return {window.begin(), window.end()};
}

BeatSet empty_set() {
  BeatSet set;
  set.records = {{"made-up", "made-up"}};
  return set;
}

// A lead whose sample i has the value i.
PreparedLead ramp(std::size_t length, double record_rate_hz = 360) {
  PreparedLead lead;
  lead.record_rate_hz = record_rate_hz;
  lead.samples.resize(length);
  std::iota(lead.samples.begin(), lead.samples.end(), 0.0F);
  return lead;
}

Preprocessing with_window(int before, int after, const std::string& edge = "replicate") {
  Preprocessing preprocessing = plain();
  preprocessing.before_samples = before;
  preprocessing.after_samples = after;
  preprocessing.edge = edge;
  return preprocessing;
}

BeatSet cut(const PreparedLead& lead, const std::vector<std::int64_t>& beats, const Preprocessing& preprocessing) {
  BeatSet set = empty_set();
  std::vector<BeatRow> rows;
  for (const std::int64_t beat : beats) rows.push_back({0, beat, 1, 0});
  append_windows(set, lead, rows, preprocessing);
  return set;
}

TEST(Windows, HoldTheSamplesAroundTheBeat) {
  const BeatSet set = cut(ramp(100), {10, 50}, with_window(3, 2));
  EXPECT_EQ(set.shape.length_samples, 5);
  ASSERT_EQ(set.size(), 2);
  EXPECT_THAT(window_of(set, 0), ElementsAre(7, 8, 9, 10, 11));
  EXPECT_THAT(window_of(set, 1), ElementsAre(47, 48, 49, 50, 51));
  EXPECT_EQ(set.edge_windows, 0);
}

TEST(Windows, TheBeatIsAtIndexBefore) {
  for (const int before : {0, 1, 72, 108}) {
    const BeatSet set = cut(ramp(1000), {400}, with_window(before, 144));
    EXPECT_EQ(set.window(0)[static_cast<std::size_t>(before)], 400) << before;
  }
}

TEST(Windows, FollowTheBeatToAnotherRate) {
  const BeatSet set = cut(ramp(720, 500), {250}, with_window(2, 2));  // 0.5 s is sample 180 at 360 Hz
  EXPECT_THAT(window_of(set, 0), ElementsAre(178, 179, 180, 181));
  EXPECT_EQ(set.rows[0].sample, 250) << "rows keep the recording's own samples";
}

TEST(Windows, ReplicateRepeatsTheFirstAndTheLastSample) {
  const BeatSet set = cut(ramp(100), {0, 1, 99}, with_window(2, 3));
  ASSERT_EQ(set.size(), 3);
  EXPECT_THAT(window_of(set, 0), ElementsAre(0, 0, 0, 1, 2));
  EXPECT_THAT(window_of(set, 1), ElementsAre(0, 0, 1, 2, 3));
  EXPECT_THAT(window_of(set, 2), ElementsAre(97, 98, 99, 99, 99));
  EXPECT_EQ(set.edge_windows, 3);
}

TEST(Windows, ReplicateFillsAWindowLongerThanTheRecording) {
  EXPECT_THAT(window_of(cut(ramp(2), {1}, with_window(3, 3)), 0), ElementsAre(0, 0, 0, 1, 1, 1));
}

TEST(Windows, SkipLeavesTheRowOutAndCountsIt) {
  const BeatSet set = cut(ramp(100), {1, 2, 50, 97, 98}, with_window(2, 3, "skip"));
  ASSERT_EQ(set.size(), 3);
  EXPECT_EQ(set.values.size(), 15);
  EXPECT_THAT(window_of(set, 0), ElementsAre(0, 1, 2, 3, 4)) << "touches the edge without crossing it";
  EXPECT_EQ(set.rows[0].sample, 2);
  EXPECT_EQ(set.rows[1].sample, 50);
  EXPECT_EQ(set.rows[2].sample, 97);
  EXPECT_EQ(set.edge_windows, 2);
}

TEST(Windows, AreAppendedWithTheirRows) {
  BeatSet set = cut(ramp(100), {10}, with_window(1, 1));
  set.records.push_back({"second", "someone"});
  const std::vector<BeatRow> rows = {{1, 20, 5, 2}};
  append_windows(set, ramp(100), rows, with_window(1, 1));
  ASSERT_EQ(set.size(), 2);
  EXPECT_THAT(set.values, ElementsAre(9, 10, 19, 20));
  EXPECT_EQ(set.rows[1].record, 1);
  EXPECT_EQ(set.rows[1].sample, 20);
  EXPECT_EQ(set.rows[1].code, 5);
  EXPECT_EQ(set.rows[1].label, 2);
}

TEST(Windows, NoRowsGiveNone) {
  const BeatSet set = cut(ramp(10), {}, with_window(2, 2));
  EXPECT_EQ(set.shape.length_samples, 4);
  EXPECT_THAT(set.values, IsEmpty());
}

TEST(Windows, ScalingByWindowIsOfEachWindow) {
  Preprocessing preprocessing = with_window(2, 2);
  preprocessing.scaling = "window";
  PreparedLead lead = ramp(100);
  for (std::size_t i = 50; i < 100; ++i) lead.samples[i] *= 10;
  const BeatSet set = cut(lead, {10, 90}, preprocessing);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(set.window(0)[i], set.window(1)[i], 1e-6);
  EXPECT_NEAR(set.window(0)[0], -1.5 / std::sqrt(1.25), 1e-6) << "of 8, 9, 10, 11: mean 9.5, SD sqrt(5/4)";
}

TEST(Windows, ARowOutsideTheRecordingIsAnError) {
  for (const char* edge : {"replicate", "skip"}) {
    for (const std::int64_t beat : {std::int64_t{-1}, std::int64_t{100}, std::int64_t{1} << 40}) {
      EXPECT_ERROR(cut(ramp(100), {beat}, with_window(2, 2, edge)), ErrorKind::data, "record made-up"s,
                   std::to_string(beat));
    }
  }
}

// 8 samples at 1000 Hz are 2 at 250 Hz; sample 7 lies 1.75 samples in, nearest to one that is not there.
TEST(Windows, TheLastSampleOfARecordingMayBeABeatAtEveryRate) {
  for (const double rate_hz : {100.0, 250.0, 360.0, 500.0, 1000.0}) {
    for (std::size_t n = 20; n < 60; ++n) {
      Record record = made_up_record();
      record.sampling_rate_hz = 1000;
      for (Lead& lead : record.leads) lead.samples.resize(n);
      Preprocessing preprocessing = with_window(1, 1);
      preprocessing.sampling_rate_hz = rate_hz;
      const PreparedLead lead = prepare_lead(record, preprocessing);
      const BeatSet set = cut(lead, {static_cast<std::int64_t>(n) - 1}, preprocessing);
      ASSERT_EQ(set.window(0)[1], lead.samples.back()) << n << " samples at " << rate_hz << " Hz";
    }
  }
}

// Metamorphic: a recording made at another gain shows the same heart.
TEST(Windows, ScaledByRecordDoNotDependOnGain) {
  Preprocessing preprocessing;
  const std::vector<std::int64_t> beats = {150, 450, 1050, 1950};
  const BeatSet before = cut(prepare_lead(made_up_record(), preprocessing), beats, preprocessing);
  Record louder = made_up_record();
  louder.leads[1].gain /= 7.3;
  const BeatSet after = cut(prepare_lead(louder, preprocessing), beats, preprocessing);
  ASSERT_EQ(before.values.size(), after.values.size());
  for (std::size_t i = 0; i < before.values.size(); ++i) ASSERT_NEAR(before.values[i], after.values[i], 1e-4) << i;

  preprocessing.scaling = "none";
  const BeatSet quiet = cut(prepare_lead(made_up_record(), preprocessing), beats, preprocessing);
  const BeatSet loud = cut(prepare_lead(louder, preprocessing), beats, preprocessing);
  for (std::size_t i = 0; i < quiet.values.size(); ++i) ASSERT_NEAR(quiet.values[i] * 7.3F, loud.values[i], 1e-4) << i;
}

TEST(Windows, FilteredDoNotDependOnTheBaseline) {
  Preprocessing preprocessing;
  preprocessing.scaling = "none";
  Record shifted = made_up_record();
  shifted.leads[1].baseline -= 300;
  const BeatSet before = cut(prepare_lead(made_up_record(), preprocessing), {450}, preprocessing);
  const BeatSet after = cut(prepare_lead(shifted, preprocessing), {450}, preprocessing);
  for (std::size_t i = 0; i < before.values.size(); ++i) ASSERT_NEAR(before.values[i], after.values[i], 1e-5) << i;
}

// Counted from the annotation files with another reader: the window R-108..R+107 of 32 of mitdb's 109,494 beats
// crosses an end of its record of 650,000 samples.
TEST(MitdbWindows, ThirtyTwoCrossAnEdge) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const PreparedLead lead = ramp(650'000);
  std::size_t beats = 0, kept = 0, crossing = 0, crossing_skipped = 0;
  for (const std::string& name : read_record_list(folder)) {
    std::vector<std::int64_t> samples;
    for (const Annotation& annotation : read_record(folder / name, {.signals = false}).annotations) {
      if (is_beat(annotation.code)) samples.push_back(annotation.sample);
    }
    const BeatSet replicated = cut(lead, samples, with_window(108, 108));
    const BeatSet skipped = cut(lead, samples, with_window(108, 108, "skip"));
    beats += replicated.size();
    crossing += replicated.edge_windows;
    kept += skipped.size();
    crossing_skipped += skipped.edge_windows;
  }
  EXPECT_EQ(beats, 109'494);
  EXPECT_EQ(crossing, 32);
  EXPECT_EQ(crossing_skipped, 32);
  EXPECT_EQ(kept, 109'494 - 32);
}

}  // namespace
}  // namespace beatbench
