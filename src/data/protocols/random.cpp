#include "beatbench/core/random.h"

#include <cmath>

#include "data/protocols/by_class.h"
#include "data/protocols/protocols.h"

namespace beatbench::protocols {

// Each class is shuffled by itself and cut into test, validation and training, so that every part holds its share.
Split random(const BeatSet& windows, const Database&, const SplitOptions& options) {
  Split split;
  for (auto [label, rows] : rows_by_class(windows)) {
    shuffle(rows, derive_seed(options.seed, 0x73706c6974, static_cast<std::uint64_t>(label)));
    const auto n = static_cast<double>(rows.size());
    const auto test = static_cast<std::ptrdiff_t>(std::lround(n * options.test_fraction));
    const double rest = n - static_cast<double>(test);
    const auto validation = static_cast<std::ptrdiff_t>(std::lround(rest * options.validation_fraction));
    split.test.insert(split.test.end(), rows.begin(), rows.begin() + test);
    split.validation.insert(split.validation.end(), rows.begin() + test, rows.begin() + test + validation);
    split.training.insert(split.training.end(), rows.begin() + test + validation, rows.end());
  }
  sort_rows(split);
  return split;
}

}  // namespace beatbench::protocols
