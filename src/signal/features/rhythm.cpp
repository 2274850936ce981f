#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

#include "beatbench/core/statistics.h"
#include "signal/features/features.h"

namespace beatbench::features {
namespace {

constexpr std::array<std::string_view, 12> kNumbers = {
    "log of the interval before over the recording's median",
    "log of the interval after over the recording's median",
    "log of the interval before over the recording's mean",
    "log of the interval after over the recording's mean",
    "log of the interval before over the mean of the eleven around",
    "log of the interval after over the same mean",
    "mean change of the log interval from beat to beat, five beats around",
    "median change, five beats around",
    "median change, thirty beats around",
    "median distance of a log interval to the nearest of the four before it, fifteen beats around",
    "the same, seven beats around",
    "the same, of the whole recording",
};

double mean(std::span<const double> values) {
  return values.empty() ? 0 : std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

// values[place - reach, place + reach], as far as there are any.
std::span<const double> around(const std::vector<double>& values, std::size_t place, std::size_t reach) {
  const std::size_t begin = place > reach ? place - reach : 0, end = std::min(place + reach + 1, values.size());
  return std::span(values).subspan(begin, end - begin);
}

double median_around(const std::vector<double>& values, std::size_t place, std::size_t reach) {
  const auto part = around(values, place, reach);
  return median_or_zero({part.begin(), part.end()});
}

// How far each log interval is from the nearest of the four before: small in bigeminy and in runs, where an interval
// comes back, large in atrial fibrillation, where none does.
std::vector<double> distances_to_nearest(std::span<const double> logs) {
  constexpr std::size_t kBefore = 4;
  const double average = mean(logs);
  std::vector<double> distances;
  for (std::size_t i = 0; i < logs.size(); ++i) {
    double nearest = std::abs(logs[i] - (i < kBefore ? average : logs[i - kBefore]));
    for (std::size_t k = 1; k <= std::min(i, kBefore); ++k)
      nearest = std::min(nearest, std::abs(logs[i] - logs[i - k]));
    distances.push_back(nearest);
  }
  return distances;
}

}  // namespace

std::vector<double> log_intervals(const FeatureSource& source) {
  constexpr double kShortest_s = 0.2, kLongest_s = 4.0;
  std::vector<double> logs = {0};
  for (std::size_t i = 1; i < source.beats.size(); ++i) {
    const auto samples = static_cast<double>(source.beats[i] - source.beats[i - 1]);
    logs.push_back(std::log(std::clamp(samples / source.record.sampling_rate_hz, kShortest_s, kLongest_s)));
  }
  logs.front() = median_or_zero({logs.begin() + 1, logs.end()});
  logs.push_back(logs.front());
  return logs;
}

double median_or_zero(std::vector<double> values) { return values.empty() ? 0 : median(std::move(values)); }

const std::span<const std::string_view> kRhythmNumbers = kNumbers;

void append_rhythm(const FeatureSource& source, std::vector<float>& values) {
  const std::vector<double> logs = log_intervals(source);
  const std::size_t beats = source.beats.size();
  const std::vector<double> before(logs.begin(), logs.end() - 1);
  std::vector<double> intervals_s, changes;
  for (const double log : before) intervals_s.push_back(std::exp(log));
  for (std::size_t i = 0; i < beats; ++i) changes.push_back(i == 0 ? 0 : std::abs(before[i] - before[i - 1]));
  const std::vector<double> distances = distances_to_nearest(before);
  const double log_median = median_or_zero(before), log_mean = std::log(mean(intervals_s)),
               of_all = median_or_zero(distances);
  for (const std::size_t place : source.places) {
    const double previous = logs[place], next = logs[place + 1];
    const double log_around = std::log(mean(around(intervals_s, place, 5)));
    for (const double number : {previous - log_median, next - log_median, previous - log_mean, next - log_mean,
                                previous - log_around, next - log_around, mean(around(changes, place, 5)),
                                median_around(changes, place, 5), median_around(changes, place, 30),
                                median_around(distances, place, 15), median_around(distances, place, 7), of_all}) {
      values.push_back(static_cast<float>(number));
    }
  }
}

}  // namespace beatbench::features
