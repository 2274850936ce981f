#include "cli/stored_run.h"

#include "beatbench/core/error.h"
#include "cli/data_options.h"
#include "cli/train_options.h"

namespace beatbench::cli {
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
  stored.split = make_split(run.protocol, stored.labels, database, run.split);
  if (stored.split.hash != description.provenance.split_hash) {
    throw Error(ErrorKind::data, "model " + description.model,
                "its split of " + dataset.name + " cannot be rebuilt by this version of beatbench (split hash " +
                    stored.split.hash + ", the model's is " + description.provenance.split_hash + ")");
  }
  return stored;
}

ConversionWindows conversion_windows(const ModelDescription& description, const std::string& data, std::size_t test,
                                     std::size_t calibration, spdlog::logger& logger) {
  const RunOptions run = run_options_from_json(description.provenance.configuration, "model's configuration");
  const Database database = database_of_run(data.empty() ? run.data : data);
  LoadOptions load;
  load.strict = run.strict;
  load.only_labels = true;
  const Dataset labels = load_with_progress(database, description.preprocessing, load, logger);
  const auto stored = rebuild_split(description, labels, database);
  if (!stored && calibration > 0) {
    throw Error(ErrorKind::usage, "--data",
                database.name + " is not the data that the model was trained on (" + description.provenance.dataset +
                    ", content hash " + description.provenance.dataset_hash +
                    "); calibration takes windows of that data's training part alone");
  }
  load.only_labels = false;
  const auto draw = [&](const BeatSet& beats, std::size_t count, std::uint64_t seed) {
    load.only_beats = beats.rows;
    if (count < beats.size()) load.only_beats = rows_at(beats, draw_stratified(beats, count, seed));
    return load_with_progress(database, description.preprocessing, load, logger).windows;
  };
  ConversionWindows drawn;
  drawn.dataset = labels.name;
  drawn.split = stored ? "test part, " + stored->split.label() : "all beats of data the model was not trained on";
  if (test > 0) drawn.test = draw(stored ? select_beats(stored->labels, stored->split.test) : labels.windows, test, 1);
  if (calibration > 0)
    drawn.calibration = draw(select_beats(stored->labels, stored->split.training), calibration, run.training.seed);
  return drawn;
}

}  // namespace beatbench::cli
