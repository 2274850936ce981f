#pragma once

#include <cstddef>
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

/// How well a score tells a class from all others, whatever the threshold. nullopt unless there are inputs of both
/// kinds.
struct RocPrAreas {
  std::optional<double> roc_area;           ///< by the trapezoidal rule
  std::optional<double> average_precision;  ///< sum over the points of (step in sensitivity) x positive predictivity
};

/// Means over the classes that have areas; nullopt where none has.
RocPrAreas mean_areas(std::span<const RocPrAreas> classes);

struct ThresholdCurve {
  std::vector<ThresholdPoint> points;  ///< one for each different score, from the largest down
  RocPrAreas areas;
};

/// An input in the order of its scores for a class.
struct RankedInput {
  float score = 0;
  bool is_class = false;
  std::size_t input = 0;
};

/// @param is_class whether each input is of the class
/// @return the inputs from the largest score down
/// @throws Error(usage) if the lengths differ.
std::vector<RankedInput> rank_inputs(std::span<const float> scores, const std::vector<bool>& is_class);

/// The inputs ranked for each class.
/// @param probabilities [inputs, classes]
/// @param reference of each input, bit c being class c
/// @throws Error(usage) if the lengths differ.
std::vector<std::vector<RankedInput>> rank_by_class(std::span<const float> probabilities,
                                                    std::span<const std::uint64_t> reference, std::size_t classes);

ThresholdCurve threshold_curve(std::span<const RankedInput> ranked);

/// The areas alone.
/// @param times how often each input counts, by its number; empty: once
RocPrAreas roc_pr_areas(std::span<const RankedInput> ranked, std::span<const int> times = {});

}  // namespace beatbench
