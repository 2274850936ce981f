#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/model_description.h"
#include "beatbench/data/protocol.h"
#include "beatbench/evaluation/training_history.h"
#include "beatbench/runtime/process_group.h"
#include "beatbench/runtime/training_options.h"

namespace beatbench {

struct StepProgress {
  int epoch = 0, epochs = 0;         ///< from 1
  std::int64_t step = 0, steps = 0;  ///< from 1, within the epoch
  double mean_loss = 0;              ///< over the epoch so far
  double windows_per_second = 0;     ///< since this call of train_model began
  double seconds_left = 0;           ///< of the whole training
};

struct TrainingCallbacks {
  std::function<void(const StepProgress&)> on_step;
  std::function<void(const EpochRow&, bool best)> on_epoch;
  std::function<void(const std::string&)> on_note, on_warning;
  std::function<bool()> should_stop;  ///< asked after every step; true saves and ends the training
};

struct TrainingResult {
  TrainingSummary summary;
  bool interrupted = false;  ///< ended by should_stop; `last.pt` holds the state to go on from
};

/// One training: on `split.training` of `beats`, chosen by `split.validation`.
struct TrainingRequest {
  const BeatSet& beats;
  const Split& split;
  const ModelDescription& description;
  const TrainingOptions& options;
  std::filesystem::path checkpoints;  ///< a folder that exists, for `best.pt` and the last states
  bool resume = false;                ///< go on from the last state that is whole; from the start where there is none
  TrainingCallbacks callbacks = {};
  std::shared_ptr<ProcessGroup> group = {};  ///< nullptr: alone
};

}  // namespace beatbench
