#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "beatbench/evaluation/training_history.h"
#include "beatbench/runtime/training.h"

namespace beatbench {

/// The learning rate of a step. A function of the options, the position and the epochs so far, so that nothing but
/// the history has to be saved.
double learning_rate_at(const TrainingOptions& options, std::span<const EpochRow> history, int epoch, std::int64_t step,
                        std::int64_t steps);

/// Index of the epoch with the best monitored metric; of equals that with the lowest validation loss, or the first.
std::optional<std::size_t> best_epoch(const TrainingOptions& options, std::span<const EpochRow> history);

/// True when early stopping is on and `patience` epochs have gone by since the best.
bool should_stop_early(const TrainingOptions& options, std::span<const EpochRow> history);

}  // namespace beatbench
