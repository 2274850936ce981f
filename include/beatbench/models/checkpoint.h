#pragma once

#include <filesystem>
#include <memory>

#include "beatbench/core/model_description.h"

namespace beatbench {

class BeatModel;

struct Checkpoint {
  ModelDescription description;
  std::shared_ptr<BeatModel> model;  ///< in evaluation mode, on the CPU
};

/// Reads `path`, or, for a run folder, its checkpoints/best.pt.
/// @throws Error(io) if there is none, Error(data) if it is damaged or no checkpoint of beatbench.
Checkpoint load_checkpoint(const std::filesystem::path& path);

}  // namespace beatbench
