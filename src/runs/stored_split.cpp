#include "runs/stored_split.h"

#include <algorithm>
#include <numeric>

#include "beatbench/core/error.h"
#include "runs/load.h"
#include "runs/options.h"
#include "runs/seen_recordings.h"

namespace beatbench {
namespace {

Database database_of_run(const std::string& data) {
  try {
    return open_database(data);
  } catch (const Error& error) {
    throw Error(error.kind(), "", std::string(error.what()) + "; --data says where the model's data is now");
  }
}

}  // namespace

std::optional<StoredSplit> rebuild_split(const ModelDescription& description, const Dataset& dataset,
                                         const Database& database) {
  if (dataset.hash != description.provenance.dataset_hash) return std::nullopt;
  const RunOptions run = run_options_from_json(description.provenance.configuration, "model's configuration");
  StoredSplit stored;
  stored.labels = dataset.windows;
  if (run.max_windows > 0 && run.max_windows < dataset.windows.size()) {
    stored.labels = select_beats(dataset.windows, draw_stratified(dataset.windows, run.max_windows, run.training.seed));
  }
  // A copy under another name is divided as the database that it is.
  const std::string& name = description.provenance.dataset;
  const bool is_renamed = dataset.name != name;
  if (is_renamed && is_known_database(name) && database.form == DataForm::records) {
    const Database known = open_database_as(name, database.folder);
    for (RecordName& record : stored.labels.records) record.subject = known.subject_of(record.id);
    stored.split = make_split(run.protocol, stored.labels, known, run.split);
  } else {
    stored.split = make_split(run.protocol, stored.labels, database, run.split);
  }
  if (stored.split.hash != description.provenance.split_hash) {
    if (is_renamed) return std::nullopt;
    throw Error(ErrorKind::data, "model " + description.model,
                "its split of " + dataset.name + " cannot be rebuilt by this version of beatbench (split hash " +
                    stored.split.hash + ", the model's is " + description.provenance.split_hash + ")");
  }
  return stored;
}

ConversionWindows conversion_windows(const ModelDescription& description, const std::string& data, std::size_t test,
                                     std::size_t calibration, const Listener& listener) {
  const RunOptions run = run_options_from_json(description.provenance.configuration, "model's configuration");
  const Database database = database_of_run(data.empty() ? run.data : data);
  LoadOptions load;
  load.strict = run.strict;
  load.only_labels = true;
  const SeenIndex seen(description.provenance.seen.value_or(std::vector<SeenRecording>()));
  load.seen = &seen;
  const Dataset labels = load_and_tell(database, description.preprocessing, load, listener);
  load.seen = nullptr;
  const auto stored = rebuild_split(description, labels, database);
  if (!stored && calibration > 0) {
    throw Error(ErrorKind::usage, "--data",
                database.name + " is not the data that the model was trained on (" + description.provenance.dataset +
                    ", content hash " + description.provenance.dataset_hash +
                    "); calibration takes windows of that data's training part alone");
  }
  const auto draw = [&](const BeatSet& beats, std::size_t count, std::uint64_t seed) {
    return count < beats.size() ? rows_at(beats, draw_stratified(beats, count, seed)) : beats.rows;
  };
  ConversionWindows drawn;
  drawn.dataset = labels.name;
  BeatSet tested = stored ? select_beats(stored->labels, stored->split.test) : labels.windows;
  if (stored) {
    drawn.split = "test part, " + stored->split.label();
  } else if (const SeenThere there = seen_in(labels, database, description.provenance); there.is_known) {
    const UnseenRows unseen = without_seen(there, labels, tested.rows);
    tested.rows = unseen.rows;
    drawn.split = (unseen.all_seen ? "" : "beats of other data; ") + unseen.claim;
    if (!unseen.note.empty()) listener.warn(unseen.note);
  } else {
    drawn.split = "beats of other data; whether the model was trained on them is not known";
  }
  std::vector<BeatRow> wanted, of_calibration;
  if (test > 0) wanted = draw(tested, test, 1);
  if (calibration > 0)
    of_calibration = draw(select_beats(stored->labels, stored->split.training), calibration, run.training.seed);
  const std::size_t of_test = wanted.size();
  wanted.insert(wanted.end(), of_calibration.begin(), of_calibration.end());

  // Both are loaded at once, record by record.
  std::vector<std::uint32_t> order(wanted.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::stable_sort(order, {}, [&](std::uint32_t i) { return wanted[i].record; });
  load.only_labels = false;
  load.only_beats.emplace();
  for (const std::uint32_t i : order) load.only_beats->push_back(wanted[i]);
  const BeatSet beats = load_and_tell(database, description.preprocessing, load, listener).windows;
  std::vector<std::uint32_t> test_places, calibration_places;
  for (std::uint32_t place = 0; place < order.size(); ++place)
    (order[place] < of_test ? test_places : calibration_places).push_back(place);
  drawn.test = select_beats(beats, test_places);
  drawn.calibration = select_beats(beats, calibration_places);
  return drawn;
}

}  // namespace beatbench
