#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/model_description.h"
#include "beatbench/data/augmentation.h"
#include "beatbench/data/protocol.h"
#include "beatbench/evaluation/training_history.h"
#include "beatbench/runtime/process_group.h"

namespace beatbench {

struct TrainingOptions {
  int epochs = 10;
  int batch_size = 128;
  std::string optimizer = "adam";  ///< adam | adamw | sgd
  double learning_rate = 1e-3;     ///< at the start, after warm-up
  double weight_decay = 0.0;
  double momentum = 0.9;                ///< sgd only
  std::string schedule = "cosine";      ///< constant | cosine | step | plateau
  double warmup_epochs = 0.0;           ///< the rate rises linearly from 0 over these
  int step_epochs = 10;                 ///< step: rate x0.1 every so many epochs
  int plateau_patience = 3;             ///< plateau: rate x0.1 after so many epochs without a better validation loss
  std::string class_weights = "none";   ///< none | balanced (1/n) | sqrt (1/sqrt n), mean 1 over the training windows
  double largest_class_weight = 0;      ///< no class weighs more than so many times the lightest; 0: no limit
  std::string record_weights = "none";  ///< none | sqrt: 1/sqrt(n) of n beats of a class in a record, mean 1 in a class
  std::string sampling = "shuffled";    ///< shuffled | balanced (each class equally often, with replacement)
  int patience = 0;                     ///< early stopping after so many epochs without a better `monitor`; 0: off
  std::string monitor = "macro_f1";     ///< macro_f1 | accuracy | loss, on the validation part; last: the last epoch
  double clip_norm = 0.0;               ///< largest gradient norm; 0: no clipping
  double label_smoothing = 0.0;
  std::string amp = "off";  ///< off | bf16: products and convolutions in bfloat16, weights and their updates in float32
                            ///< | auto, see resolve_amp
  std::string init_from;    ///< checkpoint or run folder whose weights are loaded where they fit; "": none
  bool new_head = false;    ///< but for those of the head
  int freeze_layers = 0;    ///< the first so many layers stay as they are
  double loaded_rate_factor = 1;  ///< the learning rate of loaded weights is this times that of new ones
  AugmentationOptions augmentation;
  int loader_threads = 1;    ///< that make batches ahead of the training; the result does not depend on it
  int save_every_steps = 0;  ///< the state is saved after every epoch, and after so many steps within one; 0: not there
  int keep_states = 2;       ///< how many of the last states are kept
  std::uint64_t seed = 1;
  std::string device = "auto";  ///< auto | cpu | cuda
};

/// @throws Error(usage) naming the option, what was given and what is allowed.
void validate(const TrainingOptions& options);

/// @throws Error(usage) if there is no validation part, but the options choose by one.
void check_validation(const TrainingOptions& options, bool has_validation);

/// "auto" becomes "bf16" for a model that gains from it (ModelSpec::gains_from_bf16) on a processor that multiplies
/// bfloat16 numbers by itself (AVX512-BF16), and else "off": where they are converted one by one, bfloat16 is slower
/// than float32. Other options stay as they are. `device`: cpu | cuda; on cuda "auto" is "off".
/// @throws Error(usage) as require_model.
std::string resolve_amp(const std::string& option, const std::string& device, std::string_view model);

/// Valid words of an option with a fixed choice ("optimizer", "schedule", "class_weights", "sampling", "monitor",
/// "amp", "device"); empty for any other.
std::vector<std::string> choices_of(std::string_view option);

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
