#include "beatbench/signal/resample.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>
#include <numbers>

#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAreArray;

std::vector<float> sine(double hz, double rate_hz, std::size_t n) {
  std::vector<float> out(n);
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = static_cast<float>(std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / rate_hz + 0.3));
  }
  return out;
}

TEST(Resample, LengthIsRounded) {
  const auto length = [](std::size_t n, double from_hz, double to_hz) {
    return resample(std::vector<float>(n, 0.0F), from_hz, to_hz).size();
  };
  EXPECT_EQ(length(5000, 500, 360), 3600);
  EXPECT_EQ(length(650'000, 360, 250), 451'389);  // 451,388.9
  EXPECT_EQ(length(2000, 250, 360), 2880);
  EXPECT_EQ(length(3, 500, 360), 2);  // 2.16
  EXPECT_EQ(length(1, 360, 250), 1);  // 0.69
  EXPECT_EQ(length(0, 500, 360), 0);
  EXPECT_EQ(length(1, 360, 100), 0);  // 0.28
}

// A closed form: well below both half rates a resampled sine is the same sine at other times. What lies outside the
// signal is not known, so only the middle is compared.
TEST(Resample, ASineStaysTheSine) {
  for (const auto& [from_hz, to_hz] : {std::pair{500.0, 360.0}, {360.0, 500.0}, {250.0, 360.0}, {1000.0, 360.0}}) {
    for (const double hz : {1.0, 10.0, 40.0, 80.0}) {
      const auto n = static_cast<std::size_t>(10 * from_hz);
      const auto found = resample(sine(hz, from_hz, n), from_hz, to_hz);
      const auto expected = sine(hz, to_hz, found.size());
      const auto margin = static_cast<std::size_t>(2 * to_hz);
      for (std::size_t i = margin; i + margin < found.size(); ++i) {
        ASSERT_NEAR(found[i], expected[i], 1e-4) << hz << " Hz from " << from_hz << " to " << to_hz << " at " << i;
      }
    }
  }
}

TEST(Resample, TakesAwayWhatTheNewRateCannotHold) {
  const auto found = resample(sine(230, 500, 5000), 500, 360);
  for (std::size_t i = 720; i + 720 < found.size(); ++i) ASSERT_NEAR(found[i], 0, 1e-4) << i;
}

// A line at other times is the line; in particular, an electrode's offset must not ring at the ends.
TEST(Resample, ALineStaysTheLineUpToItsEnds) {
  for (const auto& [from_hz, to_hz] : {std::pair{500.0, 360.0}, {360.0, 500.0}, {250.0, 360.0}}) {
    for (const float slope : {0.0F, 0.01F}) {
      std::vector<float> line(1000);
      for (std::size_t i = 0; i < line.size(); ++i) line[i] = 5 + slope * static_cast<float>(i);
      const auto found = resample(line, from_hz, to_hz);
      for (std::size_t i = 0; i < found.size(); ++i) {
        ASSERT_NEAR(found[i], 5 + slope * static_cast<double>(i) * from_hz / to_hz, 1e-5) << i;
      }
    }
  }
}

TEST(Resample, TheSameRateCopies) {
  const auto signal = sine(10, 360, 100);
  EXPECT_THAT(resample(signal, 360, 360), ElementsAreArray(signal));
}

TEST(Resample, RefusesRatesThatAreNone) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const std::vector<float> signal(10);
  for (const double rate : {0.0, -1.0, nan, infinity}) {
    EXPECT_ERROR(resample(signal, rate, 360), ErrorKind::usage, "resample");
    EXPECT_ERROR(resample(signal, 360, rate), ErrorKind::usage, "resample");
  }
}

TEST(Resample, RefusesToMakeAHundredTimesAsManySamples) {
  const std::vector<float> signal(10);
  EXPECT_EQ(resample(signal, 3.6, 360).size(), 1000U);
  EXPECT_ERROR(resample(signal, 3.5, 360), ErrorKind::data, "3.5 Hz");
}

TEST(MapSample, GivesTheNearestSample) {
  EXPECT_EQ(map_sample(0, 500, 360), 0);
  EXPECT_EQ(map_sample(250, 500, 360), 180);
  EXPECT_EQ(map_sample(1, 500, 360), 1);  // 0.72
  EXPECT_EQ(map_sample(2, 500, 360), 1);  // 1.44
  EXPECT_EQ(map_sample(360, 360, 250), 250);
  EXPECT_EQ(map_sample(649'999, 360, 360), 649'999);
}

TEST(MapSample, ThereAndBackIsTheSameWhereTheRateIsHigher) {
  for (std::int64_t i = 0; i < 10'000; ++i) ASSERT_EQ(map_sample(map_sample(i, 360, 500), 500, 360), i);
}

}  // namespace
}  // namespace beatbench
