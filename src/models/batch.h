#pragma once

#include <torch/types.h>

#include <span>

#include "beatbench/core/beat_set.h"

namespace beatbench {

/// A batch of its own, on the CPU: [rows.size(), 1, length] of windows, [rows.size(), 1, size, size] of images.
torch::Tensor gather_inputs(const BeatSet& windows, std::span<const std::uint32_t> rows);

/// Targets int64 [rows.size()].
torch::Tensor gather_labels(const BeatSet& windows, std::span<const std::uint32_t> rows);

}  // namespace beatbench
