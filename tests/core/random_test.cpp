#include "beatbench/core/random.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

namespace beatbench {
namespace {

using testing::ElementsAre;

// The first two outputs of SplitMix64 from state 0, as in Vigna's splitmix64.c and java.util.SplittableRandom(0).
constexpr std::uint64_t kFirst = 0xe220a8397b1dcdafULL;
constexpr std::uint64_t kSecond = 0x6e789e6aa1b965f4ULL;
constexpr std::uint64_t kGolden = 0x9e3779b97f4a7c15ULL;  // SplitMix64's step, its state before the second output

// derive_seed chains three of its steps with exclusive or: each argument below brings the state where the next output
// is known.
static_assert(derive_seed(0, kFirst, kFirst) == kFirst);
static_assert(derive_seed(0, kFirst ^ kGolden, kSecond) == kFirst);
static_assert(derive_seed(0, kFirst ^ kGolden, kSecond ^ kGolden) == kSecond);

TEST(DeriveSeed, DiffersByEveryArgument) {
  std::set<std::uint64_t> seeds;
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    for (std::uint64_t a = 0; a < 10; ++a) {
      for (std::uint64_t b = 0; b < 10; ++b) seeds.insert(derive_seed(seed, a, b));
    }
  }
  EXPECT_EQ(seeds.size(), 1000);
}

TEST(UniformBelow, StaysBelowItsBoundAndReachesEveryValue) {
  for (const std::uint64_t bound : {1, 2, 3, 10, 1000}) {
    std::mt19937_64 engine(5);
    std::set<std::uint64_t> seen;
    for (int i = 0; i < 20'000; ++i) seen.insert(uniform_below(engine, bound));
    EXPECT_EQ(seen.size(), bound);
    EXPECT_EQ(*seen.rbegin(), bound - 1);
  }
}

// At this bound nearly half of the engine's numbers must be drawn again, or small values come up twice as often.
TEST(UniformBelow, IsEvenAtALargeBound) {
  const std::uint64_t bound = (std::uint64_t{1} << 63) + (std::uint64_t{1} << 62);
  std::mt19937_64 engine(5);
  int low = 0;
  for (int i = 0; i < 30'000; ++i) {
    const std::uint64_t draw = uniform_below(engine, bound);
    ASSERT_LT(draw, bound);
    low += draw < bound / 3 ? 1 : 0;
  }
  EXPECT_NEAR(low, 10'000, 500) << "a third; six standard deviations are 490";
}

TEST(UniformUnit, LiesFromZeroToBelowOne) {
  std::mt19937_64 engine(1);
  double sum = 0;
  for (int i = 0; i < 10'000; ++i) {
    const double draw = uniform_unit(engine);
    ASSERT_GE(draw, 0.0);
    ASSERT_LT(draw, 1.0);
    sum += draw;
  }
  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
}

// Metrics of a Python transcription of MT19937-64 (Nishimura & Matsumoto), checked by the C++ standard's 10,000th
// value, with the top 53 bits divided by 2^53 and the Fisher-Yates shuffle from the last element down.
TEST(Random, GivesTheSameNumbersOnEveryPlatform) {
  std::mt19937_64 engine(1);
  EXPECT_EQ(uniform_unit(engine), 0.13387664401253263);
  EXPECT_EQ(uniform_unit(engine), 0.13640703636619722);
  EXPECT_EQ(uniform_unit(engine), 0.4512149038445381);
  std::vector<int> values = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  shuffle(values, 1);
  EXPECT_THAT(values, ElementsAre(1, 7, 3, 9, 4, 0, 5, 2, 6, 8));
  values = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  shuffle(values, 2);
  EXPECT_THAT(values, ElementsAre(9, 4, 6, 1, 7, 0, 2, 5, 3, 8));
}

TEST(Shuffle, IsAPermutation) {
  std::vector<int> values(1000);
  std::iota(values.begin(), values.end(), 0);
  const std::vector<int> ordered = values;
  shuffle(values, 7);
  EXPECT_NE(values, ordered);
  std::ranges::sort(values);
  EXPECT_EQ(values, ordered);
}

TEST(Shuffle, OfNothingOrOneValue) {
  std::vector<int> none, one = {3};
  shuffle(none, 1);
  shuffle(one, 1);
  EXPECT_TRUE(none.empty());
  EXPECT_THAT(one, ElementsAre(3));
}

// Each of the 6 orders of 3 values must come up about as often as any other.
TEST(Shuffle, ReachesEveryOrderEvenly) {
  std::map<std::vector<int>, int> count;
  for (std::uint64_t seed = 0; seed < 6000; ++seed) {
    std::vector<int> values = {0, 1, 2};
    shuffle(values, derive_seed(1, seed));
    ++count[values];
  }
  EXPECT_EQ(count.size(), 6);
  for (const auto& [order, n] : count) EXPECT_NEAR(n, 1000, 180) << "six standard deviations";
}

}  // namespace
}  // namespace beatbench
