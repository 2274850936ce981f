#include "cli/stored_run.h"

#include "beatbench/core/error.h"
#include "cli/data_options.h"
#include "cli/train_options.h"

namespace beatbench::cli {

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

BeatSet test_windows(const ModelDescription& description, const std::string& data, std::size_t count,
                     spdlog::logger& logger) {
  const RunOptions run = run_options_from_json(description.provenance.configuration, "model's configuration");
  const Database database = open_database(data.empty() ? run.data : data);
  LoadOptions load;
  load.strict = run.strict;
  load.only_labels = true;
  const Dataset labels = load_with_progress(database, description.preprocessing, load, logger);
  const auto stored = rebuild_split(description, labels, database);
  BeatSet test = stored ? select_beats(stored->labels, stored->split.test) : labels.windows;
  if (count < test.size()) test = select_beats(test, draw_stratified(test, count, 1));
  load.only_labels = false;
  load.only_beats = test.rows;
  return load_with_progress(database, description.preprocessing, load, logger).windows;
}

}  // namespace beatbench::cli
