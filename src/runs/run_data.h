#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/listener.h"
#include "beatbench/data/database.h"
#include "beatbench/data/dataset.h"
#include "runs/options.h"

namespace beatbench {

/// Checks what must be right before anything is read, that the model can be built among it, and completes the options.
void check_run(RunOptions& run);

/// What a run trains on. The preprocessing of `run` becomes that of the data.
struct RunData {
  Database database;
  Dataset dataset;
  std::size_t own_beats = 0;           ///< of `dataset`: those behind them are of --extra-training
  std::size_t own_records = 0;         ///< likewise
  std::string extra_name, extra_hash;  ///< of which database
  std::optional<Database> extra = {};  ///< likewise
  /// Of each record behind own_records: the indices of own records that it holds stretches of, see SeenIndex.
  std::vector<std::vector<std::size_t>> copies = {};
  /// Of the weights that the run begins with (--init-from), where they are there. What their recordings have in common
  /// with those of `dataset` stands in RecordName::seen.
  std::optional<Provenance> begun_from = {};
};
/// The beats without those of --extra-training.
BeatSet own_beats(const RunData& data);
/// `resumed`: the folder of a run that is gone on with, whose states know what its first weights had seen; "": none.
RunData load_run_data(RunOptions& run, const std::filesystem::path& resumed, int threads, const Listener& listener);

/// The split of the run's own beats; all others are trained on, but for copies of recordings that are tested.
/// @throws Error as make_split; Error(usage) if nothing of --extra-training is left.
Split split_of(const RunOptions& run, const RunData& data);

}  // namespace beatbench
