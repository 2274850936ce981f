#pragma once

#include <torch/script.h>

#include "beatbench/models/checkpoint.h"

namespace beatbench {

/// The checkpoint's model traced into TorchScript in evaluation mode, its modules inlined and its weights frozen into
/// the graph, a batch norm folded into the convolution it directly follows. The batch size stays open.
/// This is the one place that knows LibTorch's tracer.
torch::jit::Module trace_and_freeze(const Checkpoint& checkpoint);

}  // namespace beatbench
