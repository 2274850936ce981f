#pragma once

#include <filesystem>
#include <memory>

#include "beatbench/runtime/engine.h"

namespace beatbench::engines {

/// @throws Error(data) naming the file, if it is damaged, does not answer as its description says, or holds what
/// `trust` does not allow.
std::unique_ptr<Engine> open_torchscript(const std::filesystem::path& file, Trust trust);

/// @throws as load_checkpoint.
std::unique_ptr<Engine> open_checkpoint(const std::filesystem::path& file);

}  // namespace beatbench::engines
