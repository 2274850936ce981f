#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/listener.h"
#include "beatbench/core/model_description.h"
#include "beatbench/data/dataset.h"
#include "beatbench/data/protocol.h"

namespace beatbench {

/// The split that a model was trained on, rebuilt from its provenance.
struct StoredSplit {
  Split split;
  BeatSet labels;  ///< what the split's rows count in; it holds no inputs
};

/// Rebuilds a model's own split on the labels of a data set that was loaded with the model's preprocessing, where that
/// is the data it was trained on (by content hash); nullopt where it is other data.
/// A copy of it under another name, which does not divide alike, is other data.
/// @throws Error(data) if the data is the same, but the split cannot be rebuilt to the same hash.
std::optional<StoredSplit> rebuild_split(const ModelDescription& description, const Dataset& dataset,
                                         const Database& database);

/// What a conversion needs of a model's data.
struct ConversionWindows {
  BeatSet test;         ///< of the test part of the model's own split, or of all beats of other data
  BeatSet calibration;  ///< of the training part of the model's own split, drawn with the run's seed
  std::string dataset;
  std::string split;  ///< which windows `test` was drawn from
};

/// At most `test` and `calibration` windows, in proportion to the classes. `data` says where the database is now;
/// empty: as in training.
/// @throws Error(usage) if there is no such database, or if it is not the one the model was trained on and windows to
/// calibrate on are asked for.
ConversionWindows conversion_windows(const ModelDescription& description, const std::string& data, std::size_t test,
                                     std::size_t calibration, const Listener& listener);

}  // namespace beatbench
