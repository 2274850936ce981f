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
  stored.windows = dataset.windows;
  if (run.max_windows > 0 && run.max_windows < dataset.windows.size()) {
    stored.windows =
        select_beats(dataset.windows, draw_stratified(dataset.windows, run.max_windows, run.training.seed));
  }
  stored.split = make_split(run.protocol, stored.windows, database, run.split);
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
  const Dataset dataset = load_with_progress(database, description.preprocessing, run.strict, 2, logger);
  const auto stored = rebuild_split(description, dataset, database);
  const BeatSet test = stored ? select_beats(stored->windows, stored->split.test) : dataset.windows;
  return count < test.size() ? select_beats(test, draw_stratified(test, count, 1)) : test;
}

}  // namespace beatbench::cli
