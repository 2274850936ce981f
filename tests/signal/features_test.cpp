#include "beatbench/signal/features.h"

#include <gmock/gmock.h>

#include <cmath>

#include "beatbench/core/random.h"
#include "beatbench/data/dataset.h"
#include "beatbench/data/recording.h"
#include "data/made_up_data.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::FloatNear;

Preprocessing with_features(const std::vector<std::string>& names) {
  Preprocessing p;
  p.before_samples = p.after_samples = 20;
  p.features = names;
  p.class_map = "aami5";
  return p;
}

// The features of the beats `rows` of a recording with beats at `beats`.
BeatSet features_of(const std::vector<std::int64_t>& beats, const std::vector<std::int64_t>& rows,
                    const std::vector<std::string>& names = {"rr"}, double rate_hz = 360) {
  Record record = tests::small_record("r1", "");
  record.sampling_rate_hz = rate_hz;
  BeatSet set;
  set.records = {{"r1", "r1"}};
  for (const std::int64_t sample : rows) set.rows.push_back({0, sample, 1, 0});
  append_features(set, 0, record, beats, with_features(names));
  return set;
}

TEST(RrFeature, IsIntervalsAndTheirRatiosToThoseAround) {
  // Intervals of 1 s but for an early beat at 3.6 s: 0.6 s before it and 1.4 s after.
  const std::vector<std::int64_t> beats = {0, 360, 720, 1080, 1296, 1800, 2160, 2520, 2880};
  const BeatSet set = features_of(beats, {1296, 1800});
  ASSERT_EQ(set.shape.feature_count, 4);
  EXPECT_THAT(set.features_of(0), ElementsAre(FloatNear(0.6F, 1e-6F), FloatNear(1.4F, 1e-6F),
                                              FloatNear(std::log(0.6F), 1e-6F), FloatNear(std::log(1.4F), 1e-6F)));
  // The ten intervals around the next beat are the last eight of the recording: their mean is 1 s as well.
  EXPECT_THAT(set.features_of(1), ElementsAre(FloatNear(1.4F, 1e-6F), FloatNear(1.0F, 1e-6F),
                                              FloatNear(std::log(1.4F), 1e-6F), FloatNear(0.0F, 1e-6F)));
}

TEST(RrFeature, TakesTheMeanOfTenIntervals) {
  std::vector<std::int64_t> beats;  // 0.5 s up to 10 s, then 1 s
  for (int i = 0; i <= 20; ++i) beats.push_back(180 * i);
  for (int i = 1; i <= 20; ++i) beats.push_back(3600 + 360 * i);
  EXPECT_NEAR(features_of(beats, {3600}).features_of(0)[2], std::log(0.5 / 0.75), 1e-6) << "five of each";
  EXPECT_NEAR(features_of(beats, {3600 + 5 * 360}).features_of(0)[2], 0, 1e-6);
}

TEST(RrFeature, OfTheFirstAndTheLastBeatTakesTheOtherSide) {
  const std::vector<std::int64_t> beats = {100, 460, 1000};
  const BeatSet set = features_of(beats, {100, 1000});
  EXPECT_NEAR(set.features_of(0)[0], 1.0, 1e-6);
  EXPECT_NEAR(set.features_of(0)[1], 1.0, 1e-6);
  EXPECT_NEAR(set.features_of(1)[0], 1.5, 1e-6);
  EXPECT_NEAR(set.features_of(1)[1], 1.5, 1e-6);
  EXPECT_THAT(features_of({500}, {500}).features_of(0), ElementsAre(1, 1, 0, 0)) << "a single beat";
}

// Seconds and ratios do not depend on the rate.
TEST(RrFeature, IsTheSameAtAnotherRate) {
  const BeatSet one = features_of({0, 300, 720, 1080}, {300, 720}),
                other = features_of({0, 600, 1440, 2160}, {600, 1440}, {"rr"}, 720);
  EXPECT_EQ(one.features, other.features);
}

// Beats a second apart, but for one that comes early and is followed by a pause, as an atrial premature beat is.
std::vector<std::int64_t> one_premature() {
  std::vector<std::int64_t> beats;
  for (int i = 0; i < 60; ++i) beats.push_back(360 * i);
  beats[30] -= 108;
  return beats;
}

TEST(RhythmFeature, ShowsAPrematureBeatAgainstMedianMeanAndNeighbours) {
  const auto beats = one_premature();
  const BeatSet set = features_of(beats, {beats[30], beats[10]}, {"rhythm"});
  ASSERT_EQ(set.shape.feature_count, 12);
  const auto early = set.features_of(0), usual = set.features_of(1);
  EXPECT_NEAR(early[0], std::log(0.7), 1e-5) << "against the median, 1 s";
  EXPECT_NEAR(early[1], std::log(1.3), 1e-5);
  EXPECT_NEAR(early[2], std::log(0.7), 1e-5) << "the mean is 1 s too";
  EXPECT_NEAR(early[4], std::log(0.7), 1e-5) << "and that of the eleven intervals around";
  for (int k = 0; k < 12; ++k) EXPECT_NEAR(usual[static_cast<std::size_t>(k)], 0, 1e-5) << k;
}

// In bigeminy an interval comes back after two beats; in atrial fibrillation none does. Both change from beat to beat.
TEST(RhythmFeature, TellsWhatComesBackFromWhatDoesNot) {
  std::vector<std::int64_t> bigeminy = {0}, fibrillation = {0};
  std::mt19937_64 engine(1);
  for (int i = 0; i < 300; ++i) {
    bigeminy.push_back(bigeminy.back() + (i % 2 == 0 ? 216 : 324));
    fibrillation.push_back(fibrillation.back() + static_cast<std::int64_t>(180 + uniform_below(engine, 200)));
  }
  const auto of_bigeminy = features_of(bigeminy, {bigeminy[150]}, {"rhythm"}).features;
  const auto of_fibrillation = features_of(fibrillation, {fibrillation[150]}, {"rhythm"}).features;
  EXPECT_GT(of_bigeminy[7], 0.3);
  EXPECT_GT(of_fibrillation[7], 0.1);
  for (const std::size_t k : {9, 10, 11}) {
    EXPECT_NEAR(of_bigeminy[k], 0, 1e-5);
    EXPECT_GT(of_fibrillation[k], 0.02);
  }
}

// A recording of bumps that are alike, in two leads, but for one that is wide and upside down.
Record bumps(double size = 1) {
  Record record = tests::small_record("r1", "");
  record.leads.resize(2, record.leads.front());
  record.leads[1].name = "V1";
  const std::size_t length = 360 * 62;
  for (Lead& lead : record.leads) {
    lead.samples.assign(length, 0);
    for (int beat = 1; beat <= 60; ++beat) {
      for (int t = -110; t <= 60; ++t) {
        const double wide = beat == 30 ? 18 : 6, height = beat == 30 ? -180 : 200;
        const double p = beat == 30 ? 0 : 40 * std::exp(-0.5 * std::pow((t + 70) / 8.0, 2));
        const double value = height * std::exp(-0.5 * std::pow(t / wide, 2)) + p;
        lead.samples[static_cast<std::size_t>(360 * beat + t)] += static_cast<std::int32_t>(std::lround(size * value));
      }
    }
  }
  for (int beat = 1; beat <= 60; ++beat) {
    Annotation one;
    one.sample = 360 * beat + (beat == 20 ? 8 : 0);  // one is marked 22 ms late
    one.code = 1;
    record.annotations.push_back(one);
  }
  return record;
}

TEST(TemplateBeatFeature, ShowsTheBeatThatIsNot) {
  const BeatSet set = beats_of_recording(bumps(), with_features({"template_beat"}), {}).beats;
  ASSERT_EQ(set.shape.feature_count, 10);
  const auto usual = set.features_of(10), late = set.features_of(19), other = set.features_of(29);
  EXPECT_GT(usual[0], 0.99);
  EXPECT_LT(usual[1], 0.1);
  EXPECT_GT(late[0], 0.99) << "it is moved to where it fits";
  EXPECT_LT(other[0], 0.6);
  EXPECT_GT(other[1], 0.8);
  EXPECT_GT(other[5], usual[5] + 1) << "wider";
  EXPECT_LT(other[7], usual[7] - 0.3) << "less steep";
}

// A gain is no news: but for what the logs hold against nothing at all (0.05 mV), twice the size is the same.
TEST(TemplateBeatFeature, HardlyDependsOnTheGain) {
  const auto once = beats_of_recording(bumps(), with_features({"template_beat"}), {}).beats.features;
  const auto twice = beats_of_recording(bumps(2), with_features({"template_beat"}), {}).beats.features;
  for (std::size_t i = 0; i < once.size(); ++i) {
    EXPECT_NEAR(once[i], twice[i], i % 10 == 9 ? std::log(2.0) : 0.06) << i;
  }
}

TEST(TemplateBeatFeature, TakesASingleLeadWhereThereIsNoOther) {
  Record record = bumps();
  record.leads.resize(1);
  const BeatSet set = beats_of_recording(record, with_features({"template_beat"}), {}).beats;
  EXPECT_GT(set.features_of(10)[0], 0.99);
  EXPECT_FLOAT_EQ(set.features_of(29)[2], set.features_of(29)[3]);
}

struct BumpAt {
  std::int64_t sample = 0;
  double p = 40;      // height of the P wave, 1/200 mV as the beat's 200
  double p_at = -70;  // samples from the beat
};

Record bumps_at(const std::vector<BumpAt>& beats) {
  Record record = tests::small_record("r1", "");
  record.leads.resize(1);
  record.leads.front().samples.assign(static_cast<std::size_t>(beats.back().sample + 400), 0);
  for (const BumpAt& beat : beats) {
    for (int t = -110; t <= 60; ++t) {
      const double p = beat.p * std::exp(-0.5 * std::pow((t - beat.p_at) / 8.0, 2));
      const double value = 200 * std::exp(-0.5 * std::pow(t / 6.0, 2)) + p;
      record.leads.front().samples[static_cast<std::size_t>(beat.sample + t)] +=
          static_cast<std::int32_t>(std::lround(value));
    }
    Annotation one;
    one.sample = beat.sample;
    one.code = 1;
    record.annotations.push_back(one);
  }
  return record;
}

// A sick sinus node: after each of its beats three ectopic ones, whose P waves point down. The recording's usual beat
// is then an ectopic one; its late beats are not.
TEST(LateBeatsFeature, ComparesWithTheSinusBeatsWhereMostAreEctopic) {
  std::vector<BumpAt> beats = {{400}};
  for (int i = 1; i < 120; ++i) {
    const bool sinus = i % 4 == 0;
    beats.push_back({beats.back().sample + (sinus ? 468 : 252), sinus ? 40.0 : -40.0});
  }
  const BeatSet set = beats_of_recording(bumps_at(beats), with_features({"late_beats"}), {}).beats;
  ASSERT_EQ(set.shape.feature_count, 15);
  const auto sinus = set.features_of(60), ectopic = set.features_of(62);
  EXPECT_NEAR(sinus[0], std::log(252.0 / 468), 1e-5);
  EXPECT_NEAR(sinus[1], 0, 1e-5);
  EXPECT_NEAR(ectopic[1], std::log(252.0 / 468), 1e-5);
  EXPECT_NEAR(ectopic[4], std::log(252.0 / 468), 1e-5) << "and so is the median around";
  EXPECT_GT(sinus[5], 0.95);
  EXPECT_LT(ectopic[5], 0.3);
  EXPECT_GT(ectopic[6], sinus[6] + 1) << "farther from the late ones' P wave";
  EXPECT_GT(ectopic[7], 0.9) << "which are alike";
  EXPECT_LT(ectopic[9], 0.3) << "and unlike those around";
  EXPECT_GT(ectopic[13], 0.9) << "the beat before is ectopic as well";
  EXPECT_LT(set.features_of(61)[13], 0.3) << "and that before the first of the three is not";
}

TEST(LateBeatsFeature, TellsPWavesThatAreAlikeFromThoseThatAreNot) {
  std::vector<BumpAt> regular = {{400}}, irregular = {{400}};
  std::mt19937_64 engine(1);
  for (int i = 1; i < 120; ++i) {
    regular.push_back({regular.back().sample + 300});
    const auto interval = static_cast<std::int64_t>(220 + uniform_below(engine, 200));
    const double height = uniform_below(engine, 2) == 0 ? 20 : -20;
    irregular.push_back(
        {irregular.back().sample + interval, height, -40.0 - static_cast<double>(uniform_below(engine, 60))});
  }
  const auto alike = beats_of_recording(bumps_at(regular), with_features({"late_beats"}), {}).beats;
  const auto unlike = beats_of_recording(bumps_at(irregular), with_features({"late_beats"}), {}).beats;
  for (const std::size_t k : {7, 10}) {
    EXPECT_GT(alike.features_of(60)[k], 0.95);
    EXPECT_LT(unlike.features_of(60)[k], 0.7);
  }
  for (const std::size_t k : {0, 1, 2, 3, 4}) EXPECT_NEAR(alike.features_of(60)[k], 0, 1e-5);
  EXPECT_GT(alike.features_of(60)[12], unlike.features_of(60)[12] + 0.4) << "half the size";
}

TEST(SystemInfo, AnUnknownOneListsTheValidNames) {
  EXPECT_ERROR(feature_count(with_features({"qt"})), ErrorKind::usage, "'qt'", "rr");
  EXPECT_EQ(feature_count(with_features({})), 0);
}

TEST(SystemInfo, EveryEntryGivesFiniteNumbersWhateverTheBeats) {
  for (const FeatureSpec& spec : feature_registry()) {
    EXPECT_FALSE(spec.description.empty());
    for (const std::vector<std::int64_t>& beats :
         {std::vector<std::int64_t>{}, {0}, {0, 1}, {5, 5, 5}, {0, 3599}, {10, 11, 12, 3000, 3001}}) {
      const BeatSet set = features_of(beats, beats, {std::string(spec.name)});
      ASSERT_EQ(set.features.size(), beats.size() * spec.numbers.size());
      for (const float value : set.features) EXPECT_TRUE(std::isfinite(value) && std::abs(value) < 100) << spec.name;
    }
  }
}

// Each number is a channel of its own after the window's.
TEST(SystemInfo, IsAChannelForEachNumber) {
  const Record record = tests::small_record("r1", "NAVNN");
  const RecordingBeats found = beats_of_recording(record, with_features({"rr"}), {});
  const BeatSet& set = found.beats;
  ASSERT_EQ(set.size(), 5);
  EXPECT_EQ(set.shape.input_size(), 5 * 40);
  std::vector<float> input(set.shape.input_size());
  set.copy_input(2, input.data());
  EXPECT_TRUE(std::equal(input.begin(), input.begin() + 40, set.window(2).begin()));
  for (std::size_t k = 0; k < 4; ++k) {
    for (std::size_t t = 0; t < 40; ++t) EXPECT_EQ(input[40 * (1 + k) + t], set.features_of(2)[k]);
  }
}

TEST(SystemInfo, GoesThroughACsvOfWindowsBitForBit) {
  const tests::TestFolder folder;
  const Record record = tests::small_record("r1", "NAVNN");
  Preprocessing p = with_features({"rr"});
  BeatSet set = beats_of_recording(record, p, {}).beats;
  for (std::size_t i = 0; i < set.size(); ++i) set.rows[i].label = static_cast<std::int16_t>(i % 2);
  p.class_names = {"N", "S", "V", "F", "Q"};
  write_labelled_csv(folder / "beats.csv", set, p.class_names);
  const Dataset back = load_labelled_csv(folder / "beats.csv", p);
  EXPECT_EQ(back.windows.values, set.values);
  EXPECT_EQ(back.windows.features, set.features);
  p.features.clear();
  EXPECT_ERROR(load_labelled_csv(folder / "beats.csv", p), ErrorKind::data, "45 fields", "40 values");
}

TEST(SystemInfo, FollowsTheRowsThatAreSelected) {
  const Record record = tests::small_record("r1", "NAVNN");
  const BeatSet set = beats_of_recording(record, with_features({"rr"}), {}).beats;
  const std::vector<std::uint32_t> rows = {3, 1};
  const BeatSet two = select_beats(set, rows);
  EXPECT_TRUE(std::ranges::equal(two.features_of(0), set.features_of(3)));
  EXPECT_TRUE(std::ranges::equal(two.features_of(1), set.features_of(1)));
}

}  // namespace
}  // namespace beatbench
