#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/provenance.h"
#include "beatbench/data/dataset.h"
#include "beatbench/data/protocol.h"
#include "runs/run_data.h"

namespace beatbench {

/// Every recording that a run's weights come from: of the split's training and validation, of --extra-training, and
/// those of the weights that it begins with. nullopt where that cannot be told, as of images that do not say where they
/// are from, or of starting weights that do not say it.
std::optional<std::vector<SeenRecording>> recordings_seen_by(const RunOptions& run, const RunData& data,
                                                             const Split& split,
                                                             const std::optional<Provenance>& begun_from);

/// What a model knows of the recordings of a data set.
struct SeenThere {
  bool is_known = false;            ///< whether the model says which recordings trained it, and the data whose it is
  std::vector<std::string> as;      ///< of each recording: what it was to the model, "118e24 (mitdb/118)"; "": not seen
  std::vector<bool> is_comparable;  ///< of each: whether "not seen" can be told

  std::vector<std::string> names() const;  ///< of those that were seen
};

/// Compares a loaded data set with what a model has seen: by the stretches of each recording that were compared while
/// it was loaded (LoadOptions::seen); where one side has none, by name, which tells of known databases alone; and by
/// patient between databases that name them alike (share_subjects): another recording of a patient counts as seen.
/// `beside_own`: only what came in beside the data of the model's own split.
SeenThere seen_in(const Dataset& dataset, const Database& database, const Provenance& provenance,
                  bool beside_own = false);

/// Rows of recordings that a model has not seen, and what is to be said.
struct UnseenRows {
  std::vector<BeatRow> rows;       ///< all of them where the model has seen all
  std::vector<std::string> names;  ///< of the recordings that were seen and have rows
  bool all_seen = false;
  std::string claim;  ///< of the rows that are left, for a protocol's text
  std::string note;   ///< what was left out, or could not be; "": nothing
};
UnseenRows without_seen(const SeenThere& there, const Dataset& labels, std::span<const BeatRow> rows);

/// Why a recording that is classified is not new to a model: where it stands in the list of those that trained it, by
/// stretches alone, see SeenIndex. Empty where it does not.
std::vector<std::string> seen_as(const Record& record, const SeenIndex& index, const Provenance& provenance);

/// What a reader must know of weights that were learned elsewhere: which of the tested recordings they have seen.
std::string transfer_note(const RunOptions& run, const RunData& data, const Split& split);

/// Where the weights come from that a run begins with (--init-from); nullopt where it begins with none, or where they
/// are no longer there. Of a run that is gone on with, in the folder `resumed`, its own states say it.
std::optional<Provenance> provenance_of_start(const RunOptions& run, const std::filesystem::path& resumed);

}  // namespace beatbench
