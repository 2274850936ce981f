#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/models/registry.h"

namespace beatbench {

/// Logits [rows, outputs], row-major, of the chosen rows of a set. The model is put into evaluation mode for the call
/// and back into the mode it was in. With `bf16`, products and convolutions run in bfloat16.
std::vector<float> predict_logits(BeatModel& model, const BeatSet& windows, std::span<const std::uint32_t> rows,
                                  bool bf16 = false);

/// How many inputs are run at once where only results count: as many as keep the largest activations below 300 MB.
std::size_t evaluation_batch(const BeatSet& set);

/// The index of the largest value of each row of [rows, outputs].
std::vector<int> predicted_labels(std::span<const float> scores, int outputs);

/// Softmax of each row of [rows, outputs], in place.
void softmax_rows(std::span<float> scores, int outputs);

}  // namespace beatbench
