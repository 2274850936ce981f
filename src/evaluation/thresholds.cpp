#include "beatbench/evaluation/thresholds.h"

#include <algorithm>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

// Tells `at` every threshold, from the largest score down, and sums the areas.
template <typename AtPoint>
RocPrAreas walk_thresholds(std::span<const RankedInput> ranked, std::span<const int> times, AtPoint at) {
  const auto weight = [&](const RankedInput& one) {
    return times.empty() ? 1.0 : static_cast<double>(times[one.input]);
  };
  double positives = 0, negatives = 0;
  for (const RankedInput& one : ranked) (one.is_class ? positives : negatives) += weight(one);

  double found = 0, wrong = 0, area = 0, precision = 0;
  ThresholdPoint before{0, 0, 0, 1};
  for (std::size_t i = 0; i < ranked.size(); ++i) {
    (ranked[i].is_class ? found : wrong) += weight(ranked[i]);
    const bool score_goes_on = i + 1 < ranked.size() && ranked[i + 1].score == ranked[i].score;
    if (score_goes_on || found + wrong == 0) continue;
    const ThresholdPoint point{static_cast<double>(ranked[i].score), positives > 0 ? found / positives : 0,
                               negatives > 0 ? wrong / negatives : 0, found / (found + wrong)};
    area += (point.false_positive_rate - before.false_positive_rate) * 0.5 * (point.sensitivity + before.sensitivity);
    precision += (point.sensitivity - before.sensitivity) * point.positive_predictivity;
    at(point);
    before = point;
  }
  return positives > 0 && negatives > 0 ? RocPrAreas{area, precision} : RocPrAreas{};
}

}  // namespace

std::vector<RankedInput> rank_inputs(std::span<const float> scores, const std::vector<bool>& is_class) {
  if (scores.size() != is_class.size())
    throw Error(ErrorKind::usage, "thresholds", "scores and classes differ in length");
  std::vector<RankedInput> ranked(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i) ranked[i] = {scores[i], is_class[i], i};
  std::ranges::stable_sort(ranked, std::ranges::greater(), &RankedInput::score);
  return ranked;
}

std::vector<std::vector<RankedInput>> rank_by_class(std::span<const float> probabilities,
                                                    std::span<const std::uint64_t> reference, std::size_t classes) {
  if (probabilities.size() != reference.size() * classes)
    throw Error(ErrorKind::usage, "thresholds", "probabilities and classes differ in length");
  std::vector<std::vector<RankedInput>> ranked;
  std::vector<float> scores(reference.size());
  std::vector<bool> is_class(reference.size());
  for (std::size_t c = 0; c < classes; ++c) {
    for (std::size_t i = 0; i < reference.size(); ++i) {
      scores[i] = probabilities[i * classes + c];
      is_class[i] = (reference[i] >> c & 1U) != 0;
    }
    ranked.push_back(rank_inputs(scores, is_class));
  }
  return ranked;
}

ThresholdCurve threshold_curve(std::span<const RankedInput> ranked) {
  ThresholdCurve curve;
  curve.areas = walk_thresholds(ranked, {}, [&](const ThresholdPoint& point) { curve.points.push_back(point); });
  return curve;
}

RocPrAreas roc_pr_areas(std::span<const RankedInput> ranked, std::span<const int> times) {
  return walk_thresholds(ranked, times, [](const ThresholdPoint&) {});
}

RocPrAreas mean_areas(std::span<const RocPrAreas> classes) {
  double roc = 0, precision = 0, n = 0;
  for (const RocPrAreas& one : classes) {
    if (!one.roc_area || !one.average_precision) continue;
    roc += *one.roc_area;
    precision += *one.average_precision;
    n += 1;
  }
  return n > 0 ? RocPrAreas{roc / n, precision / n} : RocPrAreas{};
}

}  // namespace beatbench
