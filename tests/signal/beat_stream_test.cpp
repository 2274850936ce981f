#include "beatbench/signal/beat_stream.h"

#include <gmock/gmock.h>

#include <limits>

#include "beatbench/core/error.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "signal/made_up_rhythm.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using namespace tests;
using Leads = std::vector<std::vector<float>>;

// Pushes `at_once` samples each time and checks that no beat comes later than promised.
Beats stream(const Leads& leads, double rate_hz, std::size_t at_once) {
  BeatStream beats(leads.size(), rate_hz);
  Beats out;
  const auto delay = static_cast<std::int64_t>(BeatStream::kDelay_s * rate_hz);
  for (std::size_t first = 0; first < leads.front().size(); first += at_once) {
    const std::size_t count = std::min(at_once, leads.front().size() - first);
    std::vector<std::span<const float>> part;
    for (const auto& lead : leads) part.push_back(std::span(lead).subspan(first, count));
    for (const std::int64_t beat : beats.push(part)) {
      EXPECT_GE(beat + delay, static_cast<std::int64_t>(first));
      out.push_back(beat);
    }
  }
  for (const std::int64_t beat : beats.finish()) out.push_back(beat);
  return out;
}

TEST(BeatStream, GivesTheBeatsOfTheWholeRecording) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  for (const char* name : {"105", "203"}) {
    SCOPED_TRACE(name);
    const Record record = read_record(folder / name, {});
    Leads both = {to_millivolts(record.leads[0]), to_millivolts(record.leads[1])};
    for (auto& lead : both) lead.resize(360 * 600);
    // A gap across the border of two pieces, in one lead and then in both.
    for (std::size_t i = 360 * 115; i < 360 * 130; ++i) both[0][i] = std::numeric_limits<float>::quiet_NaN();
    for (std::size_t i = 360 * 238; i < 360 * 242; ++i) {
      both[0][i] = both[1][i] = std::numeric_limits<float>::quiet_NaN();
    }
    const Beats in_one = detect_beats(both[0], 360), in_both = detect_beats_in_leads(both, 360);
    EXPECT_GT(in_one.size(), 600U);
    for (const std::size_t at_once : {7UL, 360UL, 50'000UL, 1'000'000UL}) {
      EXPECT_EQ(stream({both[0]}, 360, at_once), in_one) << at_once;
      EXPECT_EQ(stream(both, 360, at_once), in_both) << at_once;
    }
  }
}

// Where two pieces meet no beat is lost and none is told twice.
TEST(BeatStream, KeepsTheBeatsAtTheBordersOfPieces) {
  for (const double first_s : {0.4, 0.45, 0.79, 0.8, 0.81}) {  // 120 s are 150 beats: one falls around every border
    SCOPED_TRACE(first_s);
    const MadeUpRhythm rhythm = steady_rhythm(250, 0.8, 1000, 1.0, first_s);
    expect_near(stream({rhythm.signal}, 250, 1000), rhythm.beats, 1);
  }
}

TEST(BeatStream, NothingIsNoBeat) {
  BeatStream beats(2, 250);
  const std::vector<std::span<const float>> none(2);
  EXPECT_TRUE(beats.push(none).empty());
  EXPECT_TRUE(beats.finish().empty());
}

TEST(BeatStream, RefusesWhatDoesNotFit) {
  EXPECT_ERROR(BeatStream(0, 360), ErrorKind::usage, "none");
  EXPECT_ERROR(BeatStream(1, 20), ErrorKind::usage, "20 Hz", "50 to 10000");
  BeatStream beats(2, 360);
  const std::vector<float> five(5), six(6);
  EXPECT_ERROR(beats.push(std::vector<std::span<const float>>{five}), ErrorKind::usage, "1 given", "has 2");
  EXPECT_ERROR(beats.push(std::vector<std::span<const float>>{five, six}), ErrorKind::usage, "different numbers");
}

}  // namespace
}  // namespace beatbench
