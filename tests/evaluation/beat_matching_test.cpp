#include "beatbench/evaluation/beat_matching.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace beatbench {
namespace {

using testing::ElementsAre;

constexpr BeatComparisonOptions kWhole{.sampling_rate_hz = 100, .window_s = 0.15, .start_s = 0};

BeatMarks at(const std::vector<std::int64_t>& beats) { return beat_marks(beats); }

std::vector<std::pair<std::int64_t, std::int64_t>> pairs(const BeatComparison& comparison) {
  std::vector<std::pair<std::int64_t, std::int64_t>> out;
  for (const auto& [reference, test] : comparison.pairs) out.emplace_back(reference.sample, test.sample);
  return out;
}

std::vector<std::int64_t> samples(const std::vector<BeatMark>& marks) {
  std::vector<std::int64_t> out;
  for (const BeatMark& mark : marks) out.push_back(mark.sample);
  return out;
}

std::vector<Annotation> annotated(const std::vector<std::pair<std::int64_t, const char*>>& entries) {
  std::vector<Annotation> out;
  for (const auto& [sample, symbol] : entries) {
    out.emplace_back().sample = sample;
    out.back().code = code_of(symbol).value();
  }
  return out;
}

TEST(CompareBeats, PairsWithinTheWindowOnly) {
  const BeatComparison c = compare_beats(at({100, 200, 300}), at({115, 184, 300, 390}), kWhole);
  EXPECT_THAT(pairs(c), ElementsAre(std::pair(100, 115), std::pair(300, 300)));
  EXPECT_THAT(samples(c.missed), ElementsAre(200)) << "16 samples of 10 ms are too far";
  EXPECT_THAT(samples(c.extra), ElementsAre(184, 390));
}

TEST(CompareBeats, PairsEachBeatOnceAndWithTheNearer) {
  const BeatComparison doubled = compare_beats(at({100}), at({95, 101}), kWhole);
  EXPECT_THAT(pairs(doubled), ElementsAre(std::pair(100, 101)));
  EXPECT_THAT(samples(doubled.extra), ElementsAre(95));
  const BeatComparison close = compare_beats(at({100, 110}), at({109}), kWhole);
  EXPECT_THAT(pairs(close), ElementsAre(std::pair(110, 109)));
  EXPECT_THAT(samples(close.missed), ElementsAre(100));
}

TEST(CompareBeats, LeavesTheLearningPeriodAside) {
  BeatComparisonOptions late = kWhole;
  late.start_s = 2;
  const BeatComparison c = compare_beats(at({100, 200, 300}), at({50, 100, 199, 300}), late);
  EXPECT_THAT(pairs(c), ElementsAre(std::pair(300, 300)));
  EXPECT_THAT(samples(c.missed), ElementsAre(200)) << "its own beat lies before 2 s";
}

TEST(CompareBeats, DoesNotCountExtraBeatsInFlutter) {
  const auto reference = beat_marks(annotated({{100, "N"}, {200, "["}, {230, "!"}, {400, "]"}, {500, "V"}}));
  const BeatComparison c = compare_beats(reference, at({100, 199, 200, 300, 400, 401, 500}), kWhole);
  EXPECT_THAT(samples(c.extra), ElementsAre(199, 401));
  EXPECT_EQ(c.count(Ec57Class::N, Ec57Class::N), 1);
  EXPECT_EQ(c.count(Ec57Class::V, Ec57Class::N), 1);
  EXPECT_EQ(c.count(Ec57Class::none, Ec57Class::N), 2);
}

TEST(CompareBeats, NothingAgainstNothing) {
  const Ec57Metrics f = ec57_metrics(compare_beats({}, {}, kWhole));
  EXPECT_EQ(f.beats, 0);
  EXPECT_FALSE(f.sensitivity.value);
  EXPECT_FALSE(f.positive_predictivity.value);
  EXPECT_FALSE(f.rr_error_ms.value);
}

// Every class of EC57, by the codes of the WFDB library.
TEST(Ec57, ClassesOfEverySymbol) {
  const auto classes = [](const std::string& symbols) {
    std::string out;
    for (const char symbol : symbols) {
      const auto kind = ec57_class(code_of(std::string(1, symbol)).value());
      out += kind ? "NSVFQ"[static_cast<int>(*kind)] : '-';
    }
    return out;
  };
  EXPECT_EQ(classes("NLRBaAJSjenVErF/fQ?!~+|[]"), "NNNNSSSSSSSVVVFQQQQ------");
}

// By hand: two of three V found, one N called V, an F called V, an extra V.
TEST(Ec57, FusionsAndUnknownBeatsCalledVDoNotCountAgainstV) {
  const auto reference =
      beat_marks(annotated({{100, "V"}, {200, "V"}, {300, "V"}, {400, "N"}, {500, "F"}, {600, "N"}}));
  const auto test =
      beat_marks(annotated({{100, "V"}, {200, "V"}, {300, "N"}, {400, "V"}, {500, "V"}, {600, "N"}, {700, "V"}}));
  const BeatComparison c = compare_beats(reference, test, kWhole);
  const Ec57Metrics f = ec57_metrics(c);
  EXPECT_EQ(f.beats, 6);
  EXPECT_EQ(f.extra, 1);
  EXPECT_DOUBLE_EQ(f.positive_predictivity.value.value(), 6.0 / 7);
  EXPECT_DOUBLE_EQ(f.v_sensitivity.value.value(), 2.0 / 3);
  EXPECT_DOUBLE_EQ(f.v_positive_predictivity.value.value(), 2.0 / 4);
  EXPECT_FALSE(f.s_sensitivity.value);
}

TEST(Ec57, GrossWeighsBeatsAndAverageWeighsRecords) {
  const std::vector<BeatComparison> two = {compare_beats(at({100, 200, 300, 400}), at({100, 200, 300, 400}), kWhole),
                                           compare_beats(at({100, 200}), at({100}), kWhole)};
  EXPECT_DOUBLE_EQ(ec57_metrics(two).sensitivity.value.value(), 5.0 / 6);
  EXPECT_DOUBLE_EQ(average_ec57_metrics(two).sensitivity.value.value(), 0.75);
  EXPECT_EQ(average_ec57_metrics(two).beats, 6);
}

TEST(Ec57, OffsetsTakeEachRecordingsOwnRate) {
  BeatComparisonOptions twice = kWhole;
  twice.sampling_rate_hz = 200;
  const std::vector<BeatComparison> two = {compare_beats(at({100}), at({102}), kWhole),
                                           compare_beats(at({200}), at({204}), twice)};
  const BeatOffsets offsets = beat_offsets(two);  // 20 ms each
  EXPECT_NEAR(offsets.mean_ms.value(), 20, 1e-9);
  EXPECT_NEAR(offsets.sd_ms.value(), 0, 1e-6);
}

TEST(Ec57, OffsetsAreThoseOfThePairs) {
  const std::vector<BeatComparison> one = {compare_beats(at({100, 200, 300, 400}), at({101, 203, 299, 450}), kWhole)};
  const BeatOffsets offsets = beat_offsets(one);
  EXPECT_EQ(offsets.n, 3);
  EXPECT_NEAR(offsets.mean_ms.value(), 10, 1e-9);
  EXPECT_NEAR(offsets.sd_ms.value(), std::sqrt((0 + 20.0 * 20 + 20.0 * 20) / 2), 1e-9);
  EXPECT_NEAR(offsets.p95_ms.value(), 10 + 0.9 * (30 - 10), 1e-9) << "place 0.95 * 2 of 10, 10, 30";
}

TEST(Ec57, WithoutPairsThereAreNoOffsets) {
  BeatComparisonOptions from_5_minutes = kWhole;
  from_5_minutes.start_s = 300;  // the beats are of the first 4 s
  const std::vector<BeatComparison> none = {
      compare_beats(at({100, 200, 300, 400}), at({101, 203, 299, 450}), from_5_minutes)};
  const BeatOffsets nothing = beat_offsets(none);
  EXPECT_EQ(nothing.n, 0);
  EXPECT_FALSE(nothing.mean_ms || nothing.sd_ms || nothing.p95_ms);
  const std::vector<BeatComparison> one = {compare_beats(at({100}), at({102}), kWhole)};
  EXPECT_NEAR(beat_offsets(one).mean_ms.value(), 20, 1e-9);
  EXPECT_NEAR(beat_offsets(one).p95_ms.value(), 20, 1e-9);
  EXPECT_FALSE(beat_offsets(one).sd_ms.has_value()) << "of one pair";
}

// Called S: an S, an N, two F and four Q.
TEST(Ec57, FusionsTakenForSCountByEc57AndNotBySumstats) {
  const BeatMarks reference = beat_marks(
      annotated({{100, "A"}, {200, "N"}, {300, "F"}, {400, "F"}, {500, "/"}, {600, "/"}, {700, "f"}, {800, "Q"}}));
  const BeatMarks test = beat_marks(
      annotated({{100, "A"}, {200, "A"}, {300, "A"}, {400, "A"}, {500, "A"}, {600, "A"}, {700, "A"}, {800, "A"}}));
  const Ec57Metrics f = ec57_metrics(compare_beats(reference, test, kWhole));
  EXPECT_DOUBLE_EQ(f.s_positive_predictivity.value.value(), 1.0 / 4);
  EXPECT_DOUBLE_EQ(f.s_positive_predictivity_sumstats.value.value(), 1.0 / 2);
}

// A pair and a miss belong to the stretch of the reference's beat, an extra beat to its own.
TEST(Within, KeepsWhatLiesInTheStretches) {
  BeatComparison c = compare_beats(beat_marks(annotated({{100, "N"}, {200, "V"}, {300, "N"}, {400, "N"}})),
                                   at({95, 201, 250, 350, 405}), kWhole);
  ASSERT_EQ(c.extra.size(), 2U);
  const std::vector<SampleSpan> stretches = {{96, 200}, {250, 300}, {401, 500}};
  const BeatComparison part = within(c, stretches);
  EXPECT_THAT(pairs(part), ElementsAre(std::pair(100, 95), std::pair(200, 201)));
  EXPECT_THAT(samples(part.missed), ElementsAre(300));
  EXPECT_THAT(samples(part.extra), ElementsAre(250));
  EXPECT_EQ(part.count(Ec57Class::N, Ec57Class::N), 1);
  EXPECT_EQ(part.count(Ec57Class::V, Ec57Class::N), 1);
  EXPECT_EQ(part.count(Ec57Class::N, Ec57Class::none), 1);
  EXPECT_EQ(part.count(Ec57Class::none, Ec57Class::N), 1);
  EXPECT_EQ(part.rr_intervals, 0);
  EXPECT_EQ(ec57_metrics(within(c, std::vector<SampleSpan>{{0, 1000}})).beats, ec57_metrics(c).beats);
  EXPECT_EQ(ec57_metrics(within(c, {})).beats, 0);
}

}  // namespace
}  // namespace beatbench
