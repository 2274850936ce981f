#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace beatbench {

/// One threshold on the score of a class: every input whose score is at least `score` is put into it. Fractions of 1.
struct ThresholdPoint {
  double score = 0;
  double sensitivity = 0;          ///< true positive rate, recall
  double false_positive_rate = 0;  ///< 1 - specificity
  double positive_predictivity = 1;
};

/// How well a score tells a class from all others, whatever the threshold.
struct ThresholdCurve {
  std::vector<ThresholdPoint> points;       ///< one for each different score, from the largest down
  std::optional<double> roc_area;           ///< by the trapezoidal rule; nullopt unless there are inputs of both kinds
  std::optional<double> average_precision;  ///< sum over the points of (step in sensitivity) x positive predictivity
};

/// @param is_class whether each input is of the class
/// @throws Error(usage) if the lengths differ.
ThresholdCurve threshold_curve(std::span<const float> scores, const std::vector<bool>& is_class);

/// The curve of each class against all others.
/// @param probabilities [inputs, classes]
/// @param reference of each input, bit c being class c
/// @throws Error(usage) if the lengths differ.
std::vector<ThresholdCurve> threshold_curves(std::span<const float> probabilities,
                                             std::span<const std::uint64_t> reference, std::size_t classes);

/// The areas of one class, or their means over the classes that have them.
struct ThresholdAreas {
  std::optional<double> roc_area, average_precision;
};

ThresholdAreas mean_areas(std::span<const ThresholdCurve> curves);

}  // namespace beatbench
