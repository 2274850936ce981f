#include <algorithm>
#include <cmath>
#include <map>

#include "beatbench/core/random.h"
#include "data/protocols/protocols.h"

namespace beatbench::protocols {

// Each class is shuffled by itself and dealt out to the folds in turn, the next class where the last one ended, so that
// folds are of one size even where classes are smaller than their number.
Split beat_folds(const BeatSet& windows, const Database&, const SplitOptions& options) {
  std::map<int, std::vector<std::uint32_t>> by_class;
  for (std::uint32_t row = 0; row < windows.size(); ++row) by_class[windows.rows[row].label].push_back(row);

  Split split;
  split.intra_patient = true;
  split.notes.push_back(
      "beats of one patient stand on both sides of this split: its figures do not carry over to new patients");
  split.notes.push_back("fold " + std::to_string(options.fold) + " of " + std::to_string(options.folds));
  std::size_t dealt = 0;
  for (auto& [label, rows] : by_class) {
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
  for (auto* part : {&split.training, &split.validation, &split.test}) std::ranges::sort(*part);
  return split;
}

}  // namespace beatbench::protocols
