#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <functional>

#include "beatbench/models/checkpoint.h"
#include "models/model.h"

namespace beatbench {

/// Writes description and weights, and whatever `more` adds (a training state), atomically.
/// @throws Error(io).
void save_checkpoint(const std::filesystem::path& path, const ModelDescription& description, const BeatModel& model,
                     const std::function<void(torch::serialize::OutputArchive&)>& more = {});

/// Reads a checkpoint and hands its archive to `more`, which reads what save_checkpoint's `more` wrote.
Checkpoint load_checkpoint(const std::filesystem::path& path,
                           const std::function<void(torch::serialize::InputArchive&)>& more);

}  // namespace beatbench
