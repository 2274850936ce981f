#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "beatbench/evaluation/training_history.h"

namespace beatbench {

/// Where a training stands, beside its weights and its optimiser: written into last.pt after every epoch and when
/// the training is told to stop.
struct TrainingState {
  int epoch = 1;          ///< the epoch under way, from 1
  std::int64_t step = 0;  ///< steps of it that are done
  double loss_sum = 0;    ///< over the windows of those steps
  std::int64_t correct = 0;
  double seconds_before = 0;        ///< wall time of earlier epochs and calls
  double epoch_seconds_before = 0;  ///< wall time of this epoch in earlier calls
  std::vector<EpochRow> history;
  std::vector<std::string> loaded;  ///< parameters that came from another checkpoint
};

nlohmann::json state_json(const TrainingState& state);
/// @throws nlohmann::json::exception if a field is missing or wrong.
TrainingState state_from_json(const nlohmann::json& json);

}  // namespace beatbench
