#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace beatbench {

struct Interval {
  double low = 0, high = 0;
  std::int64_t draws_left_out = 0;  ///< in which the metric was undefined

  bool operator==(const Interval&) const = default;
};

struct BootstrapOptions {
  int draws = 2000;
  double level = 0.95;
  std::uint64_t seed = 1;
};

/// Confidence intervals by the percentile bootstrap over subjects (Efron & Tibshirani 1993, chapter 13; drawn by the
/// cluster, as beats of one subject are alike): as many subjects as there are, drawn with replacement, `draws` times;
/// each time `metrics` is told the recordings of those drawn, a recording as often as its subject was drawn, and gives
/// the same metrics in the same order, nullopt where one is undefined. The ends are the quantiles (1 - level) / 2 and
/// (1 + level) / 2 (core/statistics.h) of those that are defined: an interval is one over samples of subjects in which
/// the metric exists, and says how many draws that left out. They are not made up for by more draws: the count tells
/// how much hangs on a subject (a class that only one has is missing in a third of all draws).
/// @param subjects of each recording
/// @return nullopt for a metric that is undefined in every draw; all are nullopt where there are fewer than two
/// subjects
std::vector<std::optional<Interval>> bootstrap_over_subjects(
    std::span<const std::string> subjects,
    const std::function<std::vector<std::optional<double>>(std::span<const std::size_t> recordings)>& metrics,
    const BootstrapOptions& options = {});

}  // namespace beatbench
