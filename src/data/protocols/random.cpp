#include "beatbench/core/random.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "data/protocols/protocols.h"

namespace beatbench::protocols {

// Each class is shuffled by itself and cut into test, validation and training, so that every part holds its share.
Split random(const BeatSet& windows, const Database&, const SplitOptions& options) {
  std::map<int, std::vector<std::uint32_t>> by_class;
  for (std::uint32_t row = 0; row < windows.size(); ++row) by_class[windows.rows[row].label].push_back(row);

  Split split;
  split.intra_patient = true;
  split.notes.push_back(
      "beats of one patient stand on both sides of this split: its figures do not carry over to new patients");
  for (auto& [label, rows] : by_class) {
    shuffle(rows, derive_seed(options.seed, 0x73706c6974, static_cast<std::uint64_t>(label)));
    const auto n = static_cast<double>(rows.size());
    const auto test = static_cast<std::ptrdiff_t>(std::lround(n * options.test_fraction));
    const double rest = n - static_cast<double>(test);
    const auto validation = static_cast<std::ptrdiff_t>(std::lround(rest * options.validation_fraction));
    split.test.insert(split.test.end(), rows.begin(), rows.begin() + test);
    split.validation.insert(split.validation.end(), rows.begin() + test, rows.begin() + test + validation);
    split.training.insert(split.training.end(), rows.begin() + test + validation, rows.end());
  }
  for (auto* part : {&split.training, &split.validation, &split.test}) std::ranges::sort(*part);
  return split;
}

}  // namespace beatbench::protocols
