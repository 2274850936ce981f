#pragma once

#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/listener.h"
#include "beatbench/core/model_description.h"
#include "beatbench/data/dataset.h"
#include "benchmarking/inputs.h"

namespace beatbench {

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
/// @throws Error(data) if the model cannot take it.
BenchmarkRows load_rows(const FoundDataset& found, const ModelDescription& description, int threads,
                        const Listener& listener);

}  // namespace beatbench
