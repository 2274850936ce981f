#include "beatbench/core/error.h"
#include "data/protocols/protocols.h"

namespace beatbench::protocols {

int count_published_folds(const BeatSet&, const SplitOptions&) { return 10; }

// The fold before the one that is tested chooses the model, as the publishers of PTB-XL propose: 9 where 10 is tested.
Split published_folds(const BeatSet& windows, const Database& database, const SplitOptions& options) {
  if (database.folds.empty()) {
    throw Error(ErrorKind::usage, "protocol published-folds",
                database.name + " was not published in folds; patient-k-fold makes some");
  }
  const int folds = count_published_folds(windows, options);
  const int validation = options.fold == 1 ? folds : options.fold - 1;
  Split split;
  for (std::uint32_t row = 0; row < windows.size(); ++row) {
    const int fold = database.folds.at(windows.records[windows.rows[row].record].id);
    const bool validates = fold == validation && options.validation_fraction > 0;
    (fold == options.fold ? split.test : validates ? split.validation : split.training).push_back(row);
  }
  split.notes = {
      database.division_note,
      "fold " + std::to_string(options.fold) + " of " + std::to_string(folds) + " is tested" +
          (options.validation_fraction > 0 ? ", fold " + std::to_string(validation) + " chooses the model" : "")};
  return split;
}

}  // namespace beatbench::protocols
