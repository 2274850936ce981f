#pragma once

#include <torch/script.h>

#include <filesystem>

#include "beatbench/core/model_table.h"
#include "beatbench/graph/graph.h"

namespace beatbench {

/// The operators of a frozen TorchScript module (trace_and_freeze, or torch.jit.freeze in Python) as a graph of ours.
/// What only one direction of use needs is left out: dropout, states that nothing reads, a cast to the type at hand.
/// @throws Error(unsupported) naming the first operator that the graph has no word for, or that it has for other
/// arguments only.
graph::Graph lower(const torch::jit::Module& frozen, const ModelShape& shape);

/// The network in a checkpoint, or in a TorchScript file made by convert.
/// @throws Error as open_model and lower.
graph::Graph lower_file(const std::filesystem::path& file);

}  // namespace beatbench
