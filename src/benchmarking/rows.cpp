#include "benchmarking/rows.h"

#include "beatbench/core/error.h"
#include "runs/load.h"
#include "runs/seen_recordings.h"
#include "runs/stored_split.h"

namespace beatbench {
namespace {

// What is known of prepared beats, and whether the model may have been trained on some of them. Returns whether they
// are the test part of the model's own split.
bool describe_prepared(const FoundDataset& found, const Database& database, const ModelDescription& description,
                       BenchmarkRows& rows) {
  rows.rows_used = "all beats of the " + std::string(found.form == DataForm::images ? "folder" : "file");
  if (!database.prepared) {
    rows.protocol = "as the data was made";
    rows.notes.push_back(found.name + ": whether the model was trained on these beats cannot be told");
    return false;
  }
  const PreparedData& prepared = *database.prepared;
  const Provenance& provenance = description.provenance;
  const bool own_test = prepared.part == "test" && prepared.split_hash == provenance.split_hash;
  rows.protocol = prepared.part == "all" ? "all beats of " + prepared.dataset
                                         : prepared.part + " part of " + prepared.dataset + ", " + prepared.protocol;
  rows.intra_patient = prepared.protocol.ends_with("(intra-patient)");
  const Preprocessing here = preprocessing_for(database, description.preprocessing);
  if (!(here == description.preprocessing)) {
    rows.notes.push_back(found.name + ": its beats were prepared otherwise than those that the model was trained on");
  }
  if (prepared.dataset_hash != provenance.source_hash || own_test) return own_test;
  rows.intra_patient = true;
  rows.notes.push_back(found.name +
                       ": made from the recordings that the model was trained on, by another split: beats " +
                       "of its training may be among these");
  return false;
}

// What the model has seen is left out where there is something else, and named. Of other data than its own
// (`is_other`), it is said what that means of the rest.
void leave_out_seen(const SeenThere& there, const Dataset& labels, bool is_other, LoadOptions& load,
                    BenchmarkRows& rows) {
  const UnseenRows unseen = without_seen(there, labels, load.only_beats ? *load.only_beats : labels.windows.rows);
  if (!unseen.note.empty()) rows.notes.push_back(unseen.note);
  if (unseen.all_seen) {
    rows.intra_patient = true;
    rows.protocol = unseen.claim;
    return;
  }
  if (!unseen.names.empty()) {
    load.only_beats = unseen.rows;
    rows.rows_used += " of recordings that the model has not seen";
  }
  if (!is_other) return;
  rows.protocol += "; " + unseen.claim;
  rows.notes.push_back(labels.name +
                       ": copies of recordings that were filtered, resampled or given noise are not known again");
}

}  // namespace

BenchmarkRows load_rows(const FoundDataset& found, const ModelDescription& description, int threads,
                        const Listener& listener) {
  BenchmarkRows rows;
  const Database database =
      found.known.empty() ? open_database(found.path.string()) : open_database_as(found.known, found.path);
  const Provenance& provenance = description.provenance;
  const SeenIndex seen(provenance.seen.value_or(std::vector<SeenRecording>()));
  LoadOptions load;
  load.threads = threads;
  load.only_labels = true;
  load.seen = &seen;
  const Dataset labels = load_and_tell(database, description.preprocessing, load, listener);
  load.only_labels = false;
  load.seen = nullptr;
  rows.rows_used = "all beats";
  rows.protocol = "all beats of a database";
  const SeenThere there = seen_in(labels, database, provenance);
  if (there.is_known) rows.seen_records = there.names();
  if (const auto stored = rebuild_split(description, labels, database)) {
    load.only_beats = rows_at(stored->labels, stored->split.test);
    rows.rows_used = "test part of the model's own split";
    rows.protocol = stored->split.label();
    rows.intra_patient = stored->split.intra_patient;
    for (const std::string& note : stored->split.notes) rows.notes.push_back(found.name + ": " + note);
    leave_out_seen(seen_in(labels, database, provenance, /*beside_own=*/true), labels, false, load, rows);
  } else if (database.form == DataForm::images || database.form == DataForm::windows) {
    const bool is_own_test = describe_prepared(found, database, description, rows);
    if (there.is_known)
      leave_out_seen(seen_in(labels, database, provenance, is_own_test), labels, !is_own_test, load, rows);
  } else if (there.is_known) {
    leave_out_seen(there, labels, true, load, rows);
  } else {
    rows.protocol += "; whether the model was trained on its recordings is not known";
  }
  if (!there.is_known && database.name != provenance.dataset && share_subjects(database.name, provenance.dataset)) {
    rows.intra_patient = true;
    rows.protocol = "all recordings of the patients that the model was trained on a part of";
    rows.notes.push_back(found.name + ": patients of the model's training are among these");
  }
  if (!provenance.seen) {
    rows.notes.push_back(found.name + ": the model does not say which recordings trained it; these may be among them");
  }
  rows.dataset = load_and_tell(database, description.preprocessing, load, listener);
  constexpr std::size_t kTimedRecords = 16;
  rows.prepare_seconds_per_beat = time_preparation(database, description.preprocessing, kTimedRecords);
  return rows;
}

}  // namespace beatbench
