#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "models/model.h"

namespace beatbench {

/// Logits [rows, outputs], row-major, of the chosen rows of a set. The model is put into evaluation mode for the call
/// and back into the mode it was in. With `bf16`, products and convolutions run in bfloat16.
std::vector<float> predict_logits(BeatModel& model, const BeatSet& windows, std::span<const std::uint32_t> rows,
                                  bool bf16 = false);

}  // namespace beatbench
