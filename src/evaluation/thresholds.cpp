#include "beatbench/evaluation/thresholds.h"

#include <algorithm>
#include <numeric>

#include "beatbench/core/error.h"

namespace beatbench {

ThresholdCurve threshold_curve(std::span<const float> scores, const std::vector<bool>& is_class) {
  if (scores.size() != is_class.size())
    throw Error(ErrorKind::usage, "thresholds", "scores and classes differ in length");
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, [&](std::size_t a, std::size_t b) { return scores[a] > scores[b]; });
  const auto positives = static_cast<double>(std::ranges::count(is_class, true));
  const double negatives = static_cast<double>(scores.size()) - positives;

  ThresholdCurve curve;
  double found = 0, wrong = 0, area = 0, precision = 0;
  ThresholdPoint before{0, 0, 0, 1};
  for (std::size_t i = 0; i < order.size(); ++i) {
    (is_class[order[i]] ? found : wrong) += 1;
    const bool score_goes_on = i + 1 < order.size() && scores[order[i + 1]] == scores[order[i]];
    if (score_goes_on) continue;
    const ThresholdPoint point{static_cast<double>(scores[order[i]]), positives > 0 ? found / positives : 0,
                               negatives > 0 ? wrong / negatives : 0, found / (found + wrong)};
    area += (point.false_positive_rate - before.false_positive_rate) * 0.5 * (point.sensitivity + before.sensitivity);
    precision += (point.sensitivity - before.sensitivity) * point.positive_predictivity;
    curve.points.push_back(point);
    before = point;
  }
  if (positives > 0 && negatives > 0) {
    curve.roc_area = area;
    curve.average_precision = precision;
  }
  return curve;
}

std::vector<ThresholdCurve> threshold_curves(std::span<const float> probabilities,
                                             std::span<const std::uint64_t> reference, std::size_t classes) {
  if (probabilities.size() != reference.size() * classes)
    throw Error(ErrorKind::usage, "thresholds", "probabilities and classes differ in length");
  std::vector<ThresholdCurve> curves;
  std::vector<float> scores(reference.size());
  std::vector<bool> is_class(reference.size());
  for (std::size_t c = 0; c < classes; ++c) {
    for (std::size_t i = 0; i < reference.size(); ++i) {
      scores[i] = probabilities[i * classes + c];
      is_class[i] = (reference[i] >> c & 1U) != 0;
    }
    curves.push_back(threshold_curve(scores, is_class));
  }
  return curves;
}

ThresholdAreas mean_areas(std::span<const ThresholdCurve> curves) {
  double roc = 0, precision = 0, n = 0;
  for (const ThresholdCurve& curve : curves) {
    if (!curve.roc_area || !curve.average_precision) continue;
    roc += *curve.roc_area;
    precision += *curve.average_precision;
    n += 1;
  }
  return n > 0 ? ThresholdAreas{roc / n, precision / n} : ThresholdAreas{};
}

}  // namespace beatbench
