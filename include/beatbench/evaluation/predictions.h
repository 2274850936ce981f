#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/preprocessing.h"
#include "beatbench/evaluation/classification.h"

namespace beatbench {

/// The index of the largest value of each row of [rows, outputs].
std::vector<int> predicted_labels(std::span<const float> scores, int outputs);

/// What each row of probabilities [rows, outputs] says, a bit for each class: that of the largest, or, where an input
/// may be of several classes, every class from one half on.
std::vector<std::uint64_t> predicted_classes(std::span<const float> probabilities, const Preprocessing& preprocessing);

/// What a row of a set is, likewise; 0 where that is not known, or where it is of no class.
std::uint64_t reference_classes(const BeatRow& row, const Preprocessing& preprocessing);

/// Logits [rows, outputs] become probabilities, in place: by softmax, or, where an input may be of several classes,
/// each by itself (sigmoid).
void probabilities_of_logits(std::span<float> scores, int outputs, bool multi_label);

/// The metrics of rows of a set, from their probabilities [rows, outputs], see predicted_classes.
ClassificationMetrics evaluate_probabilities(const BeatSet& set, std::span<const std::uint32_t> rows,
                                             std::span<const float> probabilities, const Preprocessing& preprocessing);

/// Softmax of each row of [rows, outputs], in place.
void softmax_rows(std::span<float> scores, int outputs);

}  // namespace beatbench
