#include "beatbench/signal/noise.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace beatbench {
namespace {

constexpr double kRate = 250;

std::vector<float> sine(double amplitude, double hz, double seconds) {
  std::vector<float> out(static_cast<std::size_t>(seconds * kRate));
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<float>(amplitude * std::sin(2 * std::numbers::pi * hz * static_cast<double>(i) / kRate));
  }
  return out;
}

// A range of 2 mV is that of a sine wave of amplitude 1 mV, whose power is 0.5 mV^2.
TEST(Noise, QrsPowerIsThatOfASineOfTheSameRange) {
  std::vector<float> signal(5000, 0.25F);
  std::vector<std::int64_t> beats;
  for (std::int64_t beat = 100; beat < 5000; beat += 200) {
    beats.push_back(beat);
    signal[static_cast<std::size_t>(beat)] = 1.75F;
    signal[static_cast<std::size_t>(beat) + 10] = -0.25F;
    signal[static_cast<std::size_t>(beat) + 14] = -9.0F;  // 56 ms away
  }
  EXPECT_NEAR(qrs_power(signal, beats, kRate), 0.5, 1e-6);
  signal[100] = 90.0F;
  EXPECT_NEAR(qrs_power(signal, beats, kRate), 0.5, 1e-6) << "one of 25 beats is cut off";
  EXPECT_EQ(qrs_power(signal, {}, kRate), 0);
}

TEST(Noise, PowerIsTheMeanSquareWithinASecond) {
  std::vector<float> noise = sine(0.2, 10, 60);
  EXPECT_NEAR(noise_power(noise, kRate), 0.02, 1e-5);
  for (float& value : noise) value += 5;
  EXPECT_NEAR(noise_power(noise, kRate), 0.02, 1e-5) << "what does not change within a second is no noise";
  EXPECT_EQ(noise_power(std::vector<float>(10, 1.0F), kRate), 0);
}

TEST(Noise, GainGivesTheRatio) {
  const double gain = noise_gain(0.5, 0.02, 6);
  EXPECT_NEAR(10 * std::log10(0.5 / (gain * gain * 0.02)), 6, 1e-9);
  EXPECT_EQ(noise_gain(0.5, 0, 6), 0);
}

TEST(Noise, BeginsAgainWhereItEnds) {
  std::vector<float> signal = {1, 1, 1, 1, 1};
  add_noise(signal, std::vector<float>{1, -2}, 0.5);
  EXPECT_EQ(signal, (std::vector<float>{1.5F, 0, 1.5F, 0, 1.5F}));
  add_noise(signal, {}, 1);
  EXPECT_EQ(signal[0], 1.5F);
}

}  // namespace
}  // namespace beatbench
