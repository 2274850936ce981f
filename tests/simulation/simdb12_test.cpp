#include "beatbench/simulation/simdb12.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <bit>
#include <cmath>

#include "beatbench/core/label_map.h"
#include "beatbench/data/database.h"
#include "beatbench/signal/detector.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

constexpr std::uint64_t kSlow = 1U << 3U, kAf = 1U << 4U, kFast = 1U << 5U;

std::uint64_t classes_of(const Record& record) {
  return require_label_map("ribeiro6").classes_of(statements_in(record.comments));
}

TEST(Simdb12, HasTheTwelveLeadsAndEinthovensLaw) {
  const Record record = simulate_recording12({}, 5);
  std::vector<std::string> names;
  for (const Lead& lead : record.leads) names.push_back(lead.name);
  EXPECT_THAT(names, testing::ElementsAre("I", "II", "III", "AVR", "AVL", "AVF", "V1", "V2", "V3", "V4", "V5", "V6"));
  EXPECT_EQ(record.length_samples(), 5000U);
  EXPECT_EQ(record.sampling_rate_hz, 500);
  for (std::size_t i = 0; i < record.length_samples(); ++i) {
    const auto at = [&](std::size_t lead) { return static_cast<double>(record.leads[lead].samples[i]); };
    ASSERT_NEAR(at(2), at(1) - at(0), 1.5);        // III = II - I; each is rounded to a step
    ASSERT_NEAR(at(3) + at(4) + at(5), 0.0, 2.0);  // aVR + aVL + aVF = 0
  }
}

// The rates are those of an R-peak detector that has been measured on mitdb.
TEST(Simdb12, RatesAreWhatIsStated) {
  int slow = 0, fast = 0, usual = 0;
  const Simulation12Options options{.records = 100};
  for (int i = 0; i < options.records; ++i) {
    const Record record = simulate_recording12(options, i);
    const std::uint64_t classes = classes_of(record);
    const std::string dx = record.comments.at(2);
    if ((classes & kAf) != 0 || dx.find("427172004") != std::string::npos || dx.find("284470004") != std::string::npos)
      continue;  // only regular rhythms have one rate
    const auto beats = detect_beats(to_millivolts(record.leads[1]), record.sampling_rate_hz, kDefaultDetector);
    ASSERT_GT(beats.size(), 4U) << record.id;
    std::vector<double> intervals;
    for (std::size_t k = 1; k < beats.size(); ++k)
      intervals.push_back(static_cast<double>(beats[k] - beats[k - 1]) / record.sampling_rate_hz);
    std::ranges::sort(intervals);
    const double rate = 60 / intervals[intervals.size() / 2];
    ((classes & kSlow) != 0 ? slow : (classes & kFast) != 0 ? fast : usual) += 1;
    const bool as_stated = (classes & kSlow) != 0   ? rate < 61
                           : (classes & kFast) != 0 ? rate > 98
                                                    : rate > 58 && rate < 102;
    EXPECT_TRUE(as_stated) << record.id << " " << dx << " " << rate;
  }
  EXPECT_GT(slow, 5);
  EXPECT_GT(fast, 5);
  EXPECT_GT(usual, 20);
}

TEST(Simdb12, EveryAbnormalityIsFrequentAndSomeComeTogether) {
  const Simulation12Options options{.records = 300};
  std::vector<int> counts(6, 0);
  int none = 0, several = 0;
  for (int i = 0; i < options.records; ++i) {
    const std::uint64_t classes = classes_of(simulate_recording12(options, i));
    for (std::size_t c = 0; c < counts.size(); ++c) counts[c] += static_cast<int>(classes >> c & 1U);
    none += classes == 0 ? 1 : 0;
    several += std::popcount(classes) > 1 ? 1 : 0;
    EXPECT_NE(classes & (kSlow | kAf | kFast), kSlow | kFast);
  }
  for (const int count : counts) EXPECT_TRUE(count > 20 && count < 80) << count;
  EXPECT_GT(none, 60);
  EXPECT_GT(several, 20);
}

TEST(Simdb12, DependsOnSeedAndIndexAlone) {
  Simulation12Options options;
  const Record first = simulate_recording12(options, 7);
  options.records = 8;
  EXPECT_EQ(first.leads, simulate_recording12(options, 7).leads);
  options.seed = 2;
  EXPECT_NE(first.leads, simulate_recording12(options, 7).leads);
}

TEST(Simdb12, RefusesWhatItCannotMake) {
  EXPECT_ERROR(simulate_recording12({.records = 0}, 0), ErrorKind::usage, "records");
  EXPECT_ERROR(simulate_recording12({}, 600), ErrorKind::usage, "index");
  EXPECT_ERROR(simulate_recording12({.duration_s = 1}, 0), ErrorKind::usage, "duration");
  EXPECT_ERROR(simulate_recording12({.sampling_rate_hz = 50}, 0), ErrorKind::usage, "sampling rate");
}

}  // namespace
}  // namespace beatbench
