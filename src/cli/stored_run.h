#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "beatbench/data/dataset.h"
#include "beatbench/data/protocol.h"
#include "beatbench/models/checkpoint.h"
#include "cli/session.h"

namespace beatbench::cli {

/// The split that a model was trained on, rebuilt from its provenance.
struct StoredSplit {
  Split split;
  BeatSet labels;  ///< what the split's rows count in; it holds no inputs
};

/// Rebuilds a model's own split on the labels of a data set that was loaded with the model's preprocessing, where that
/// is the data it was trained on (by content hash); nullopt where it is other data.
/// @throws Error(data) if the data is the same, but the split cannot be rebuilt to the same hash.
std::optional<StoredSplit> rebuild_split(const ModelDescription& description, const Dataset& dataset,
                                         const Database& database);

/// At most `count` windows of the test part of the model's own split, or of all beats of other data. `data` says
/// where the database is now; empty: as in training.
BeatSet test_windows(const ModelDescription& description, const std::string& data, std::size_t count,
                     spdlog::logger& logger);

}  // namespace beatbench::cli
