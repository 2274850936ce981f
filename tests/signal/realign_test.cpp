#include "beatbench/signal/realign.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::ElementsAreArray;

constexpr float kGap = std::numeric_limits<float>::quiet_NaN();

// QRS complexes of `height_mv` with their apex at `peaks`, 40 ms wide, each with a T wave of a third of it 250 ms
// later, on a baseline that wanders by 1 mV.
std::vector<float> made_up_ecg(double rate_hz, double seconds, const std::vector<std::int64_t>& peaks,
                               double height_mv) {
  std::vector<float> signal(static_cast<std::size_t>(seconds * rate_hz));
  const auto bell = [](double seconds_off, double width_s) { return std::exp(-std::pow(seconds_off / width_s, 2)); };
  for (std::size_t i = 0; i < signal.size(); ++i) {
    const double t = static_cast<double>(i) / rate_hz;
    double value = std::sin(2 * std::acos(-1.0) * 0.3 * t);
    for (const std::int64_t peak : peaks) {
      const double off = t - static_cast<double>(peak) / rate_hz;
      value += height_mv * (bell(off, 0.020) + bell(off - 0.25, 0.080) / 3);
    }
    signal[i] = static_cast<float>(value);
  }
  return signal;
}

std::vector<std::int64_t> every(std::int64_t step, std::int64_t count) {
  std::vector<std::int64_t> out;
  for (std::int64_t i = 1; i <= count; ++i) out.push_back(i * step);
  return out;
}

std::vector<std::int64_t> shifted(std::vector<std::int64_t> marks, std::int64_t by) {
  for (std::int64_t& mark : marks) mark += by;
  return marks;
}

TEST(Realign, FindsTheApexFromWhereverNearItTheMarkStood) {
  for (const double rate_hz : {128.0, 250.0, 360.0, 1000.0}) {
    const auto peaks = every(static_cast<std::int64_t>(0.8 * rate_hz), 10);
    for (const double height_mv : {1.0, -1.0, 0.2}) {
      const auto signal = made_up_ecg(rate_hz, 9, peaks, height_mv);
      for (const double off_s : {-0.075, -0.040, 0.0, 0.016, 0.075}) {
        const auto by = static_cast<std::int64_t>(off_s * rate_hz);
        EXPECT_THAT(realign_marks(signal, rate_hz, shifted(peaks, by)), ElementsAreArray(peaks))
            << rate_hz << " Hz, " << height_mv << " mV, " << off_s << " s";
      }
    }
  }
}

TEST(Realign, MovesNoMarkFurtherThan80Ms) {
  const auto signal = made_up_ecg(1000, 3, {1000, 2000}, 1);
  for (const std::int64_t mark : {900, 919, 920, 1080, 1081, 1100}) {
    const auto moved = realign_marks(signal, 1000, std::vector<std::int64_t>{mark}).front();
    EXPECT_LE(std::abs(moved - mark), 80);
    EXPECT_EQ(moved == 1000, std::abs(mark - 1000) <= 80) << mark;
  }
}

// The first two are 60 ms from each other, as a mark that stands twice; the larger deflection is the second's.
TEST(Realign, NeighboursKeepTheirOrderAndTheirSide) {
  auto signal = made_up_ecg(1000, 3, {1000}, 1);
  const auto moved = realign_marks(signal, 1000, std::vector<std::int64_t>{950, 1010, 1011, 2000});
  EXPECT_LE(moved[0], 980) << "the middle between the first two";
  EXPECT_EQ(moved[1], 1000);
  EXPECT_GT(moved[2], 1010);
  EXPECT_LT(moved[2], 1092);
  for (const std::vector<std::int64_t>& marks :
       {std::vector<std::int64_t>{1000, 1000, 1000}, {1001, 1000}, {990, 989, 1010}, {998, 999, 1000, 1001, 1002}}) {
    const auto close = realign_marks(signal, 1000, marks);
    EXPECT_TRUE(std::ranges::is_sorted(close)) << testing::PrintToString(close);
    for (std::size_t i = 0; i < marks.size(); ++i) EXPECT_LE(std::abs(close[i] - marks[i]), 80);
  }
}

TEST(Realign, StaysWhereThereIsNothingToSee) {
  const std::vector<std::int64_t> marks = {-1, 0, 500, 999, 1000, 5000};
  EXPECT_THAT(realign_marks(std::vector<float>(1000, 5.0F), 360, marks), ElementsAreArray(marks)) << "a level line";
  EXPECT_THAT(realign_marks(std::vector<float>(1000, kGap), 360, marks), ElementsAreArray(marks)) << "a gap";
  EXPECT_THAT(realign_marks(std::vector<float>(), 360, marks), ElementsAreArray(marks));
  EXPECT_THAT(realign_marks(std::vector<float>(1000, 1.0F), 360, {}), testing::IsEmpty());
}

TEST(Realign, MovesNoMarkIntoAGap) {
  auto signal = made_up_ecg(1000, 3, {1000, 2000}, 1);
  std::fill(signal.begin() + 990, signal.begin() + 1010, kGap);
  const auto moved = realign_marks(signal, 1000, std::vector<std::int64_t>{960, 1960});
  EXPECT_TRUE(moved[0] < 990 || moved[0] >= 1010) << moved[0];
  EXPECT_EQ(moved[1], 2000);
}

TEST(Realign, NeedsARateAbove50Hz) {
  EXPECT_ERROR(realign_marks(std::vector<float>(100, 0.0F), 50, std::vector<std::int64_t>{3}), ErrorKind::usage, "25");
}

Annotation mark_at(std::int64_t sample, std::string_view symbol) {
  Annotation annotation;
  annotation.sample = sample;
  annotation.code = code_of(symbol).value();
  return annotation;
}

Lead lead_of(const std::string& name, const std::string& units, const std::vector<float>& signal) {
  Lead lead;
  lead.name = name;
  lead.units = units;
  lead.gain = 1000;
  for (const float value : signal) lead.samples.push_back(static_cast<std::int32_t>(std::lround(1000 * value)));
  return lead;
}

TEST(RealignBeats, MovesBeatsAloneByTheFirstEcgLead) {
  Record record;
  record.id = "r";
  record.sampling_rate_hz = 250;
  record.leads = {lead_of("RESP", "mV", made_up_ecg(250, 5, {240, 490, 740}, 3)),
                  lead_of("ECG3", "mmHg", made_up_ecg(250, 5, {240, 490, 740}, 3)),
                  lead_of("ECG1", "mV", made_up_ecg(250, 5, {250, 500, 750}, 1)),
                  lead_of("ECG2", "mV", made_up_ecg(250, 5, {260, 510, 760}, 3))};
  record.annotations = {mark_at(255, "N"), mark_at(256, "+"), mark_at(505, "!"), mark_at(740, "A"), mark_at(741, "p")};
  const std::vector<Annotation> before = record.annotations;
  realign_beats(record);
  std::vector<std::int64_t> samples;
  for (const Annotation& annotation : record.annotations) samples.push_back(annotation.sample);
  EXPECT_THAT(samples, ElementsAre(250, 256, 505, 750, 741));
  for (std::size_t i = 0; i < before.size(); ++i) EXPECT_EQ(record.annotations[i].code, before[i].code);
}

TEST(RealignBeats, WithoutAnEcgLeadIsRefused) {
  Record record;
  record.id = "r7";
  record.sampling_rate_hz = 250;
  record.leads = {lead_of("RESP", "mV", made_up_ecg(250, 5, {250}, 1))};
  EXPECT_NO_THROW(realign_beats(record)) << "no beat, nothing to move";
  record.annotations = {mark_at(255, "N")};
  EXPECT_ERROR(realign_beats(record), ErrorKind::unsupported, "r7", "no ECG lead");
}

}  // namespace
}  // namespace beatbench
