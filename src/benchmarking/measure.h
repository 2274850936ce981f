#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "beatbench/data/dataset.h"
#include "beatbench/report/summary_report.h"
#include "beatbench/runtime/engine.h"
#include "cli/session.h"

namespace beatbench::cli {

/// A data set that `benchmark` found: a folder of WFDB records, a folder of images or a label-first CSV.
struct FoundDataset {
  std::string name;
  std::filesystem::path path;
  DataForm form = DataForm::records;
  std::string known = {};  ///< the known database that it is, where its folder's name does not say it
};

/// The data sets in `folder` and in $BEATBENCH_DATA, one of each name, sorted by name; only those of `only`, if any
/// are named. A folder counts if it has a RECORDS file or headers, and annotation files, or if it holds folders of
/// images.
/// @throws Error(usage) if a name of `only` is not found, listing what is.
std::vector<FoundDataset> find_datasets(const std::filesystem::path& folder, std::span<const std::string> only);

/// The model files in a folder (or the one file), sorted; `quantized_only`: only those in int8.
/// @throws Error(usage) if there is none.
std::vector<std::filesystem::path> find_models(const std::filesystem::path& place, bool quantized_only);

/// The rows a model is tested on, and what a report must say of them.
struct BenchmarkRows {
  Dataset dataset;  ///< only the rows in use
  std::string rows_used;
  std::string protocol;
  bool intra_patient = false;
  /// Recordings of the data set that the model was trained on or chosen by, whether or not they are in use; nullopt:
  /// not known.
  std::optional<std::vector<std::string>> seen_records;
  std::vector<std::string> notes;
  std::vector<double> prepare_seconds_per_beat;  ///< see time_preparation
};

/// Loads a data set with the model's own preprocessing. Of the data that the model was trained on, only the test part
/// of its own split is used; of other data, every beat of the recordings that the model has not seen, and where it has
/// seen all of them, all beats, labelled intra-patient. Prepared data that comes from the recordings that the model was
/// trained on is labelled so as well, unless it is the test part of the model's own split.
/// @throws Error(data) if the model cannot eat it.
BenchmarkRows load_rows(const FoundDataset& found, const ModelDescription& description, int threads,
                        spdlog::logger& logger);

/// Accuracy on every row, and the time of single windows.
DatasetResult measure_dataset(Engine& engine, const BenchmarkRows& rows, double seconds_per_measurement);

/// Windows per second at each batch size, after warm-up.
std::vector<Throughput> measure_throughput(Engine& engine, const BeatSet& windows, std::span<const int> batch_sizes,
                                           double seconds_per_measurement);

}  // namespace beatbench::cli
