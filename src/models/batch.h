#pragma once

#include <torch/types.h>

#include <cstdint>
#include <span>
#include <vector>

#include "beatbench/core/beat_set.h"

namespace beatbench {

/// [count, channels, length] of windows, [count, channels, size, size] of images, see BeatSet::copy_input.
std::vector<std::int64_t> input_dimensions(const BeatSet& set, std::int64_t count);

/// A batch of its own, on the CPU, of these dimensions.
torch::Tensor gather_inputs(const BeatSet& windows, std::span<const std::uint32_t> rows);

/// Targets: int64 [rows.size()], or, of a set whose rows may be of several classes, float32 [rows.size(), outputs] of 0
/// and 1.
torch::Tensor gather_targets(const BeatSet& windows, std::span<const std::uint32_t> rows, bool multi_label,
                             int outputs);

}  // namespace beatbench
