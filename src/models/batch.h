#pragma once

#include <torch/types.h>

#include <span>

#include "beatbench/core/window.h"

namespace beatbench {

/// The windows of a set as [rows, 1, length], without a copy: valid as long as the set is.
torch::Tensor view_windows(const WindowSet& windows);

/// A batch [rows.size(), 1, length] of its own, on the CPU.
torch::Tensor gather_windows(const WindowSet& windows, std::span<const std::uint32_t> rows);

/// Targets int64 [rows.size()].
torch::Tensor gather_labels(const WindowSet& windows, std::span<const std::uint32_t> rows);

}  // namespace beatbench
