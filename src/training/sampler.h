#pragma once

#include <compare>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/data/augmentation.h"

namespace beatbench {

/// A row of the data set as it is shown in an epoch.
struct Example {
  std::uint32_t row = 0;
  int variant = 0;  ///< see Augmentation::variants
  auto operator<=>(const Example&) const = default;
};

/// Every row with each of its variants.
std::vector<Example> make_examples(const BeatSet& windows, std::span<const std::uint32_t> rows,
                                   const Augmentation& augmentation);

/// The order in which an epoch visits its examples: a function of seed and epoch. `shuffled` visits each once;
/// `balanced` draws as many, each class equally often, with replacement.
std::vector<Example> epoch_order(const BeatSet& windows, std::span<const Example> examples, const std::string& sampling,
                                 std::uint64_t seed, int epoch);

/// A loss weight per class. Where a row may be of several classes, that of a class that is there against one that is
/// not: `balanced` the number of rows without it over that with it, `sqrt` the root of that; 1 for a class without
/// rows. Else: `balanced` in proportion to 1/n, `sqrt` to 1/sqrt(n), none above `largest` times the smallest (0: no
/// limit), scaled so that their mean over the rows is 1; a class without rows gets 0. Empty for `none`.
std::vector<float> loss_weights(const BeatSet& windows, std::span<const std::uint32_t> rows, int classes,
                                const std::string& class_weights, double largest = 0, bool multi_label = false);

/// A loss weight for every row of the set: 1/sqrt(n) of the n beats of its class in its record among `rows`, scaled so
/// that the mean of each class over `rows` is 1, times its class's weight. 0 for rows that are not among `rows`.
std::vector<float> row_weights(const BeatSet& windows, std::span<const std::uint32_t> rows,
                               std::span<const float> class_weights);

}  // namespace beatbench
