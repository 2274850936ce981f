#pragma once

#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/provenance.h"
#include "beatbench/data/dataset.h"
#include "beatbench/data/protocol.h"
#include "cli/train_run.h"

namespace beatbench::cli {

/// Every recording that a run's weights come from: of the split's training and validation, of --extra-training, and
/// those of the weights that it begins with. nullopt where that cannot be told, as of images that do not say where they
/// are from, or of starting weights that do not say it.
std::optional<std::vector<SeenRecording>> recordings_seen_by(const RunOptions& run, const RunData& data,
                                                             const Split& split,
                                                             const std::optional<Provenance>& begun_from);

/// What a model knows of the recordings of a data set.
struct SeenThere {
  bool is_known = false;           ///< whether the model says which recordings trained it
  std::vector<bool> records;       ///< of the set's records: whether it has seen them
  std::vector<std::string> names;  ///< of those, with what they were to the model: "118e24 (mitdb/118)"
};

/// Compares a loaded data set with what a model has seen: by the stretches of each recording that were compared while
/// it was loaded (LoadOptions::seen), by name where one side has none, and by patient between databases that name them
/// alike (share_subjects): another recording of a patient counts as seen.
/// `beside_own`: only what came in beside the data of the model's own split.
SeenThere seen_in(const Dataset& dataset, const Database& database, const Provenance& provenance,
                  bool beside_own = false);

}  // namespace beatbench::cli
