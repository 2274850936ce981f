#include "beatbench/signal/noise.h"

#include <algorithm>
#include <cmath>

namespace beatbench {
namespace {

constexpr std::size_t kMeasured = 300;  // beats or seconds

// The mean without the largest and the smallest twentieth.
double trimmed_mean(std::vector<double> values) {
  if (values.empty()) return 0;
  std::ranges::sort(values);
  const std::size_t cut = values.size() / 20;
  double sum = 0;
  for (std::size_t i = cut; i < values.size() - cut; ++i) sum += values[i];
  return sum / static_cast<double>(values.size() - 2 * cut);
}

double deviation(std::span<const float> values) {
  double sum = 0, squares = 0;
  for (const float value : values) sum += value;
  const double mean = sum / static_cast<double>(values.size());
  for (const float value : values) squares += (value - mean) * (value - mean);
  return std::sqrt(squares / static_cast<double>(values.size()));
}

}  // namespace

double qrs_power(std::span<const float> signal_mv, std::span<const std::int64_t> beats, double sampling_rate_hz) {
  const auto reach = static_cast<std::int64_t>(std::llround(0.050 * sampling_rate_hz));
  const auto length = static_cast<std::int64_t>(signal_mv.size());
  std::vector<double> ranges;
  for (const std::int64_t beat : beats) {
    if (ranges.size() == kMeasured) break;
    const std::int64_t first = std::max<std::int64_t>(0, beat - reach), end = std::min(length, beat + reach + 1);
    if (first >= end) continue;
    const auto [low, high] =
        std::ranges::minmax(signal_mv.subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(end - first)));
    ranges.push_back(static_cast<double>(high) - static_cast<double>(low));
  }
  const double range = trimmed_mean(std::move(ranges));
  return range * range / 8;
}

double noise_power(std::span<const float> noise_mv, double sampling_rate_hz) {
  const auto second = static_cast<std::size_t>(std::llround(sampling_rate_hz));
  std::vector<double> deviations;
  for (std::size_t at = 0; at + second <= noise_mv.size() && deviations.size() < kMeasured; at += second) {
    deviations.push_back(deviation(noise_mv.subspan(at, second)));
  }
  const double usual = trimmed_mean(std::move(deviations));
  return usual * usual;
}

double noise_gain(double signal, double noise, double snr_db) {
  return noise > 0 ? std::sqrt(signal / (noise * std::pow(10.0, snr_db / 10))) : 0.0;
}

void add_noise(std::span<float> signal_mv, std::span<const float> noise_mv, double gain) {
  if (noise_mv.empty()) return;
  for (std::size_t i = 0; i < signal_mv.size(); ++i) {
    signal_mv[i] += static_cast<float>(gain) * noise_mv[i % noise_mv.size()];
  }
}

}  // namespace beatbench
