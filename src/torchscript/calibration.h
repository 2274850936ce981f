#pragma once

#include <torch/script.h>

#include <limits>
#include <unordered_map>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/model_table.h"

namespace beatbench {

/// What was seen of one tensor of a graph.
struct TensorStatistics {
  std::vector<std::int64_t> sizes;  ///< of the first batch
  double minimum = 0, maximum = 0;  ///< of all elements
  torch::Tensor samples;            ///< float32 [n], elements taken at a fixed stride from every batch
};
using Statistics = std::unordered_map<const torch::jit::Value*, TensorStatistics>;

/// Runs a frozen float module on every window and looks at its input and at every tensor that it computes.
Statistics collect_activation_statistics(const torch::jit::Module& frozen, const ModelShape& shape,
                                         const BeatSet& windows);

/// Affine quantisation to 8 bits without sign: value = scale (q - zero_point).
struct Affine {
  double scale = 1;
  std::int64_t zero_point = 0;
};

/// The step and zero of [minimum, maximum], widened to hold 0 (which pads), in 2^bits - 1 steps.
Affine affine_of(double minimum, double maximum, int bits);

inline constexpr double kWholeRange = std::numeric_limits<double>::infinity();

/// The powers of the errors by which ranges are chosen, see least_error_affine: of convolutions, their inputs and what
/// stands between them, and of the inputs of linear layers.
struct ErrorPowers {
  double images = 2, vectors = 2;
};

/// The part of the range whose quantisation has the least mean error to that power over the samples: rare large values
/// are clipped where finer steps for all others outweigh them. Power 2 is what PyTorch's HistogramObserver does, 1
/// clips more, a larger one less, kWholeRange not at all.
Affine least_error_affine(const TensorStatistics& statistics, int bits, double error_power);

}  // namespace beatbench
