#pragma once

#include <string>

#include "beatbench/core/beat_set.h"
#include "beatbench/models/checkpoint.h"

namespace beatbench::formats {

std::string write_torchscript(const Checkpoint& checkpoint, const BeatSet& calibration);
std::string write_int8(const Checkpoint& checkpoint, const BeatSet& calibration);

}  // namespace beatbench::formats
