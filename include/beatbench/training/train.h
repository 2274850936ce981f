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
#include "beatbench/data/augmentation.h"
#include "beatbench/data/protocol.h"
#include "beatbench/models/checkpoint.h"
#include "beatbench/report/run_report.h"
#include "beatbench/training/peers.h"

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

/// The device that a training with this option runs on: "cpu" or "cuda".
/// @throws Error(usage) for "cuda" where this build or machine has none.
std::string resolve_device(const std::string& option);

/// "auto" becomes "bf16" for a model that gains from it (ModelSpec::gains_from_bf16) on a processor that multiplies
/// bfloat16 numbers by itself (AVX512-BF16), and else "off": where they are converted one by one, bfloat16 is slower
/// than float32. Other options stay as they are. `device` is as resolve_device gives it; on cuda "auto" is "off".
/// @throws Error(usage) as find_model.
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

/// Trains on `split.training`, chooses by `split.validation`, and keeps `best.pt` (weights) and the last states
/// (weights, optimiser and position) in `checkpoints`, which must exist: `last.pt` and, before it, `last-1.pt` and so
/// on. Every random stream is a function of the seed, the epoch and the step, so that a training resumed from a state
/// ends with the same bits as one that ran through, on the CPU at the same thread count, wherever it was cut, even by
/// SIGKILL. With `resume`, it goes on from the last state that is whole (one that is not is warned of), or begins where
/// none was saved yet.
/// Weights are drawn anew unless `init_from` says where to take them from; what was loaded and what did not fit is
/// noted.
/// With `peers`, which all call it with the same arguments, each process works out its share of every batch and of the
/// validation part; the first one alone writes files. Gradients are those of the whole batch; batch norms take the
/// statistics of a process's own share, and their running means are averaged after each step. Resumed in as many
/// processes, the bits are the same.
/// @throws Error(io) if a peer is lost; Error(usage) for bad options or an absent device, Error(data) if the loss stops
/// being finite, if every state is damaged, or if they are of other data than `description` says; Error(io).
TrainingResult train_model(const BeatSet& windows, const Split& split, const ModelDescription& description,
                           const TrainingOptions& options, const std::filesystem::path& checkpoints, bool resume,
                           const TrainingCallbacks& callbacks, const std::shared_ptr<Peers>& peers = nullptr);

}  // namespace beatbench
