#pragma once

#include <torch/torch.h>

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "beatbench/data/augmentation.h"
#include "beatbench/runtime/training.h"
#include "models/device_images.h"
#include "models/model.h"
#include "training/loader.h"
#include "training/process_group.h"
#include "training/sampler.h"
#include "training/state.h"

namespace beatbench {

/// A training under way: what was asked for, and what has come of it so far.
struct Trainer {
  const BeatSet& windows;
  const Split& split;
  const ModelDescription& description;
  const TrainingOptions& options;
  const std::filesystem::path& checkpoints;
  const TrainingCallbacks& callbacks;

  TrainingProcessGroup* group = nullptr;  // nullptr: alone

  Augmentation augmentation = {};
  std::vector<Example> examples = {};   // of an epoch
  std::vector<float> row_weights = {};  // in the loss; empty: all alike
  torch::Device device{torch::kCPU};
  bool bf16 = false;
  std::optional<DeviceImages> images = {};  // where the device keeps them
  std::shared_ptr<BeatModel> model = {};
  std::unique_ptr<torch::optim::Optimizer> optimizer = {};
  torch::Tensor class_weights = {};  // [outputs], see batch_loss; undefined: all alike
  TrainingState state = {};
  std::int64_t windows_done = 0;  // in this call
  double training_seconds = 0;    // in this call, validation not counted
  double last_loss = 0;           // mean over this process's shard of the last batch

  bool is_main() const { return !group || group->is_main(); }
  std::int64_t steps_per_epoch() const {
    return (static_cast<std::int64_t>(examples.size()) + options.batch_size - 1) / options.batch_size;
  }
};

/// Chooses the device and the precision. Images that the device has room for stay there; they are sent before the
/// model: where both do not fit, --device cpu does.
void settle_on_device(Trainer& t);

/// The main process begins, anew or again, and the others take its weights, optimiser and state.
void begin_together(Trainer& t, bool resume);

/// All that a training goes on from.
void write_state(const Trainer& t, const TrainingState& state, const std::filesystem::path& file);

/// The part of a batch that is this process's: rows [first, first + count) of `size`. A batch norm needs two rows: of a
/// batch that has not two for each, the first process takes all, and the others two with no weight.
struct Shard {
  std::size_t first = 0, count = 0;
  bool counts = true;
};

Shard shard_of(const Trainer& t, std::size_t size);

/// Batch `number` of the epoch under way, or this process's shard of it.
Batch make_batch(const Trainer& t, std::span<const Example> order, int epoch, std::int64_t number);

/// One forward, backward and update. Returns the summed loss of the batch.
double run_step(Trainer& t, const Batch& batch);

}  // namespace beatbench
