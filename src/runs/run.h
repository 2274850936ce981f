#pragma once

#include <spdlog/logger.h>

#include <filesystem>
#include <optional>

#include "beatbench/core/files.h"
#include "beatbench/data/database.h"
#include "beatbench/data/dataset.h"
#include "beatbench/report/run_report.h"
#include "cli/train/options.h"

namespace beatbench::cli {

/// @throws Error(usage) if the folder is there already.
void refuse_existing(const std::filesystem::path& folder);

/// A run folder that is being written: nobody else can write it at the same time.
/// @throws Error(usage) where another process is writing it.
FileLock lock_run_folder(const std::filesystem::path& folder);

/// A new run folder, locked, that is removed again unless a training state in it, or in a folder in it, is worth
/// keeping.
/// @throws Error(usage) if it exists already.
class FreshRunFolder {
 public:
  explicit FreshRunFolder(std::filesystem::path folder);
  ~FreshRunFolder();
  FreshRunFolder(const FreshRunFolder&) = delete;
  FreshRunFolder& operator=(const FreshRunFolder&) = delete;

 private:
  std::filesystem::path folder_;
  MadeFolder made_;
  FileLock lock_;
};

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
RunData load_run_data(RunOptions& run, const std::filesystem::path& resumed, int threads, spdlog::logger& logger);

/// Trains and tests a model, in a run folder that is new (and must not exist), or gone on with. nullopt: interrupted,
/// and the state is saved; the user was told to go on with `to_resume`. Of several `peers` the first one alone writes
/// and reports; the others get nullopt.
std::optional<RunReport> train_run(const RunOptions& run, const RunData& data, const std::filesystem::path& folder,
                                   const std::filesystem::path& to_resume, bool resume, const Context& context,
                                   spdlog::logger& logger, const std::shared_ptr<Peers>& peers = nullptr);

}  // namespace beatbench::cli
