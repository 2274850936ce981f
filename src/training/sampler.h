#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/beat_set.h"

namespace beatbench {

/// The order in which an epoch visits its rows: a function of seed and epoch. `shuffled` visits each once;
/// `balanced` draws as many, each class equally often, with replacement.
std::vector<std::uint32_t> epoch_order(const BeatSet& windows, std::span<const std::uint32_t> rows,
                                       const std::string& sampling, std::uint64_t seed, int epoch);

/// A loss weight per class: `balanced` in proportion to 1/n, `sqrt` to 1/sqrt(n), scaled so that their mean over the
/// rows is 1; a class without rows gets 0. Empty for `none`.
std::vector<float> loss_weights(const BeatSet& windows, std::span<const std::uint32_t> rows, int classes,
                                const std::string& class_weights);

}  // namespace beatbench
