#pragma once

#include <string>

#include "beatbench/runtime/training.h"

namespace beatbench {

/// Trains on `split.training`, chooses by `split.validation`, and keeps `best.pt` (weights) and the last states
/// (weights, optimiser and position) in `checkpoints`, which must exist: `last.pt` and, before it, `last-1.pt` and so
/// on. Every random stream is a function of the seed, the epoch and the step, so that a training resumed from a state
/// ends with the same bits as one that ran through, on the CPU at the same thread count, wherever it was cut, even by
/// SIGKILL. With `resume`, it goes on from the last state that is whole (one that is not is warned of), or begins where
/// none was saved yet.
/// Weights are drawn anew unless `init_from` says where to take them from; what was loaded and what did not fit is
/// noted.
/// In a process group, all of which call it with the same arguments, each process works out its shard of every batch
/// and of the validation part; the main one alone writes files. Gradients are those of the whole batch; batch norms
/// take the statistics of a process's own shard, and their running means are averaged after each step. Resumed in as
/// many processes, the bits are the same.
/// @throws Error(io) if another process is lost; Error(usage) for bad options or an absent device, Error(data) if the
/// loss stops being finite, if every state is damaged, or if they are of other data than `description` says; Error(io).
TrainingResult train_model(const TrainingRequest& request);

/// The device that a training with this option runs on: "cpu" or "cuda".
/// @throws Error(usage) for "cuda" where this build or machine has none.
std::string resolve_device(const std::string& option);

}  // namespace beatbench
