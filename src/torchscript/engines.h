#pragma once

#include "beatbench/runtime/engine.h"

namespace beatbench::engines {

bool is_torchscript(const std::filesystem::path& file);
std::unique_ptr<Engine> open_torchscript(const std::filesystem::path& file, Trust trust);

bool is_checkpoint(const std::filesystem::path& file);
std::unique_ptr<Engine> open_checkpoint(const std::filesystem::path& file, Trust trust);

}  // namespace beatbench::engines
