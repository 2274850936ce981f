#include "beatbench/evaluation/noise_stress.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <map>
#include <string_view>

namespace beatbench {
namespace {

struct Errors {
  std::int64_t missed, extra;
};

// Record 118 or 119 of mitdb with noise at a ratio.
struct Measured {
  const char* record;
  double snr_db;
  Errors from_5_min, noisy;
};

struct Beats {
  std::int64_t from_5_min, noisy;
};
constexpr Beats kBeatsOf118{1916, 987}, kBeatsOf119{1661, 869};

constexpr std::array kGqrs = {
    Measured{"118e24", 24, {0, 1}, {0, 1}},         Measured{"119e24", 24, {0, 6}, {0, 4}},
    Measured{"118e18", 18, {0, 21}, {0, 21}},       Measured{"119e18", 18, {0, 33}, {0, 29}},
    Measured{"118e12", 12, {1, 245}, {1, 245}},     Measured{"119e12", 12, {0, 396}, {0, 384}},
    Measured{"118e06", 6, {14, 795}, {14, 795}},    Measured{"119e06", 6, {14, 772}, {14, 757}},
    Measured{"118e00", 0, {61, 1198}, {61, 1198}},  Measured{"119e00", 0, {58, 1233}, {58, 1219}},
    Measured{"118e_6", -6, {90, 1436}, {90, 1436}}, Measured{"119e_6", -6, {78, 1501}, {78, 1486}},
};

BeatComparison with_counts(std::int64_t beats, const Errors& errors) {
  constexpr auto n = static_cast<std::size_t>(Ec57Class::N), none = static_cast<std::size_t>(Ec57Class::none);
  BeatComparison comparison;
  comparison.counts[n][n] = beats - errors.missed;
  comparison.counts[n][none] = errors.missed;
  comparison.counts[none][n] = errors.extra;
  return comparison;
}

}  // namespace

std::vector<SampleSpan> noisy_stretches(std::int64_t length_samples, double sampling_rate_hz) {
  std::vector<SampleSpan> stretches;
  for (double from_s = kFirstNoise_s;; from_s += 2 * kNoiseStretch_s) {
    const std::int64_t first = std::llround(from_s * sampling_rate_hz);
    if (first >= length_samples) return stretches;
    const std::int64_t end = std::llround((from_s + kNoiseStretch_s) * sampling_rate_hz);
    stretches.push_back({first, std::min(end, length_samples) - 1});
  }
}

StressedRecord stressed_record(const std::string& record, double snr_db, const BeatComparison& from_5_min,
                               std::int64_t length_samples) {
  return {record, snr_db, from_5_min, within(from_5_min, noisy_stretches(length_samples, from_5_min.sampling_rate_hz))};
}

std::vector<StressLevel> stress_levels(std::span<const StressedRecord> records) {
  std::map<double, std::vector<const StressedRecord*>, std::greater<>> by_ratio;
  for (const StressedRecord& record : records) by_ratio[record.snr_db].push_back(&record);
  std::vector<StressLevel> levels;
  for (const auto& [snr_db, members] : by_ratio) {
    StressLevel level;
    level.snr_db = snr_db;
    std::vector<BeatComparison> from_5_min, noisy;
    for (const StressedRecord* one : members) {
      from_5_min.push_back(one->from_5_min);
      noisy.push_back(one->noisy);
      level.records.push_back({one->record, ec57_metrics(one->from_5_min), ec57_metrics(one->noisy)});
    }
    level.gross = {"", ec57_metrics(from_5_min), ec57_metrics(noisy)};
    levels.push_back(std::move(level));
  }
  return levels;
}

std::vector<StressLevel> gqrs_stress_levels(std::span<const std::string> records) {
  std::vector<StressedRecord> measured;
  for (const Measured& one : kGqrs) {
    if (std::ranges::find(records, one.record) == records.end()) continue;
    const Beats& beats = std::string_view(one.record).starts_with("118") ? kBeatsOf118 : kBeatsOf119;
    measured.push_back(
        {one.record, one.snr_db, with_counts(beats.from_5_min, one.from_5_min), with_counts(beats.noisy, one.noisy)});
  }
  return stress_levels(measured);
}

}  // namespace beatbench
