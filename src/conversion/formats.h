#pragma once

#include <string>

#include "beatbench/models/checkpoint.h"

namespace beatbench::formats {

std::string write_torchscript(const Checkpoint& checkpoint);

}  // namespace beatbench::formats
