#pragma once

#include <torch/types.h>

#include <cstdint>

namespace beatbench {

/// Mean loss of a batch: cross-entropy of one class out of several (targets int64 [N]), or, where an input may be of
/// several (targets float [N, outputs] of 0 and 1), the mean over the classes of their binary cross-entropies.
/// @param row_weights [N], or undefined: all rows count alike
/// @param class_weights [outputs], or undefined; of one class out of several as torch's cross_entropy has them where
/// there are no row weights, of several the weight of a class that is there
torch::Tensor batch_loss(const torch::Tensor& logits, const torch::Tensor& targets, const torch::Tensor& row_weights,
                         const torch::Tensor& class_weights, double label_smoothing);

/// Rows whose class, or all of whose classes, the logits have right.
std::int64_t count_correct(const torch::Tensor& logits, const torch::Tensor& targets);

}  // namespace beatbench
