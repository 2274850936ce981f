#include <cmath>

#include "beatbench/core/random.h"
#include "data/protocols/by_class.h"
#include "data/protocols/protocols.h"

namespace beatbench::protocols {

// Each class is shuffled by itself and dealt out to the folds in turn, the next class where the last one ended, so that
// folds are of one size even where classes are smaller than their number.
Split beat_folds(const BeatSet& windows, const Database&, const SplitOptions& options) {
  Split split;
  split.notes.push_back("fold " + std::to_string(options.fold) + " of " + std::to_string(options.folds));
  std::size_t dealt = 0;
  for (auto [label, rows] : rows_by_class(windows)) {
    shuffle(rows, derive_seed(options.seed, 0x666f6c6473, static_cast<std::uint64_t>(label)));
    std::vector<std::uint32_t> rest;
    for (const std::uint32_t row : rows) {
      const bool tested = static_cast<int>(dealt++ % static_cast<std::size_t>(options.folds)) == options.fold - 1;
      (tested ? split.test : rest).push_back(row);
    }
    const auto validation = std::lround(static_cast<double>(rest.size()) * options.validation_fraction);
    split.validation.insert(split.validation.end(), rest.begin(), rest.begin() + validation);
    split.training.insert(split.training.end(), rest.begin() + validation, rest.end());
  }
  sort_rows(split);
  return split;
}

}  // namespace beatbench::protocols
