#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "beatbench/core/option.h"
#include "beatbench/data/augmentation.h"

namespace beatbench {

/// How weights are updated. Adam: Kingma and Ba 2015, arXiv 1412.6980; adamw: Loshchilov and Hutter 2019, arXiv
/// 1711.05101.
struct OptimizerOptions {
  std::string name = "adam";
  double learning_rate = 1e-3;
  double weight_decay = 0;
  double momentum = 0.9;
  double clip_norm = 0;
};

/// How the learning rate goes over the training.
struct ScheduleOptions {
  std::string name = "cosine";
  double warmup_epochs = 0;
  int step_epochs = 10;
  int plateau_patience = 3;
};

/// What a beat counts in the loss, a cross-entropy (of several labels: binary ones).
struct LossOptions {
  std::string class_weights = "none";  ///< mean 1 over the training beats
  double largest_class_weight = 0;
  std::string record_weights = "none";  ///< mean 1 within a class
  double label_smoothing = 0;
};

/// Which epoch is kept, and when a training ends before its time.
struct SelectionOptions {
  std::string monitor = "macro_f1";
  int patience = 0;
};

/// What a training takes over from another.
struct TransferOptions {
  std::string init_from;
  bool new_head = false;  ///< the head's weights are drawn anew
  int freeze_layers = 0;
  double loaded_rate_factor = 1;
};

/// When the state that a training can go on from is saved.
struct SavingOptions {
  int every_steps = 0;
  int keep_states = 2;
};

struct TrainingOptions {
  int epochs = 10;
  int batch_size = 128;
  OptimizerOptions optimizer;
  ScheduleOptions schedule;
  LossOptions loss;
  std::string sampling = "shuffled";
  SelectionOptions selection;
  TransferOptions transfer;
  AugmentationOptions augmentation;
  SavingOptions saving;
  std::uint64_t seed = 1;
  std::string amp = "off";
  std::string device = "auto";
  int loader_threads = 1;
};

/// All but those of transfer and augmentation; see core/option.h.
template <class Options, class Visit>
void for_each_training_option(Options& t, Visit&& visit) {
  visit(t.epochs, OptionSpec{"epochs", "--epochs", "passes over the training beats", at_least(1)});
  visit(t.batch_size, OptionSpec{"batch_size", "--batch-size", "beats per step", at_least(1)});
  visit(t.optimizer.name,
        OptionSpec{"optimizer", "--optimizer", "how weights are updated", one_of({"adam", "adamw", "sgd"})});
  visit(t.optimizer.learning_rate,
        OptionSpec{"learning_rate", "--learning-rate", "at the start, after warm-up", above(0)});
  visit(t.optimizer.weight_decay,
        OptionSpec{"weight_decay", "--weight-decay", "L2 (adam, sgd) or decoupled (adamw)", at_least(0)});
  visit(t.optimizer.momentum, OptionSpec{"momentum", "--momentum", "of sgd", from_to_below(0, 1)});
  visit(t.schedule.name, OptionSpec{"schedule", "--schedule", "how the learning rate falls",
                                    one_of({"constant", "cosine", "step", "plateau"})});
  visit(t.schedule.warmup_epochs,
        OptionSpec{"warmup_epochs", "--warmup-epochs", "the rate rises linearly from 0 over these", at_least(0)});
  visit(t.schedule.step_epochs,
        OptionSpec{"step_epochs", "--step-epochs", "schedule step: x0.1 every so many epochs", at_least(1)});
  visit(t.schedule.plateau_patience,
        OptionSpec{"plateau_patience", "--plateau-patience",
                   "schedule plateau: x0.1 after so many epochs without a better validation loss", at_least(1)});
  visit(t.loss.class_weights, OptionSpec{"class_weights", "--class-weights",
                                         "weight of a class of n beats in the loss: equal, 1/n, 1/sqrt(n)",
                                         one_of({"none", "balanced", "sqrt"})});
  visit(t.loss.largest_class_weight,
        OptionSpec{"largest_class_weight", "--largest-class-weight",
                   "no class weighs more than so many times the most frequent one", at_least(1, "no limit")});
  visit(t.loss.record_weights,
        OptionSpec{"record_weights", "--record-weights",
                   "sqrt: beats of a class count less the more of them, n, a recording has, by 1/sqrt(n)",
                   one_of({"none", "sqrt"})});
  visit(t.sampling,
        OptionSpec{"sampling", "--sampling",
                   "each beat once an epoch, or each class equally often (of recordings of several, the first counts)",
                   one_of({"shuffled", "balanced"})});
  visit(t.selection.patience,
        OptionSpec{"patience", "--patience", "stop early after so many epochs without a better --monitor",
                   at_least(1, "never")});
  visit(t.selection.monitor,
        OptionSpec{"monitor", "--monitor", "validation metric that chooses the best epoch; last: the last one",
                   one_of({"macro_f1", "accuracy", "loss", "last"})});
  visit(t.optimizer.clip_norm,
        OptionSpec{"clip_norm", "--clip-norm", "largest gradient norm", above(0, "no clipping")});
  visit(t.loss.label_smoothing,
        OptionSpec{"label_smoothing", "--label-smoothing", "of the cross-entropy", from_to_below(0, 1)});
  visit(t.seed, OptionSpec{"seed", "--seed", "of every random stream: split, weights, order, dropout", at_least(0)});
  visit(t.amp, OptionSpec{"amp", "--amp",
                          "bf16: products and convolutions in bfloat16, weights and their updates in float32; auto: "
                          "where the processor has it and the model gains from it",
                          one_of({"off", "bf16", "auto"})});
  visit(t.device, OptionSpec{"device", "--device", "auto takes cuda where it is", one_of({"auto", "cpu", "cuda"})});
  visit(t.loader_threads,
        OptionSpec{"loader_threads", "--loader-threads",
                   "that make batches ahead of the training; the result does not depend on them", from_to(0, 256)});
  visit(t.saving.every_steps,
        OptionSpec{"save_every_steps", "--save-every", "save the state after so many steps within an epoch, too",
                   at_least(1, "after each epoch alone")});
  visit(t.saving.keep_states,
        OptionSpec{"keep_states", "--keep-states", "how many of the last saved states to keep", from_to(1, 100)});
}

template <class Options, class Visit>
void for_each_transfer_option(Options& t, Visit&& visit) {
  visit(t.init_from, OptionSpec{"init_from", "--init-from",
                                "checkpoint or run folder to take weights from, where names and shapes fit"});
  visit(t.new_head, OptionSpec{"new_head", ""});
  visit(t.freeze_layers, OptionSpec{"freeze_layers", "--freeze-layers",
                                    "the first so many layers stay as they were loaded", at_least(1, "none")});
  visit(t.loaded_rate_factor,
        OptionSpec{"loaded_rate_factor", "--loaded-rate-factor",
                   "learning rate of loaded weights, as a part of that of new ones", above_to(0, 1)});
}

/// @throws Error(usage) naming the option, what was given and what is allowed.
void validate(const TrainingOptions& options);

/// @throws Error(usage) if there is no validation part, but the options choose by one.
void check_validation(const TrainingOptions& options, bool has_validation);

/// "auto" becomes "bf16" for a model that gains from it (ModelSpec::gains_from_bf16) on a processor that multiplies
/// bfloat16 numbers by itself (AVX512-BF16), and else "off": where they are converted one by one, bfloat16 is slower
/// than float32. Other options stay as they are. `device`: cpu | cuda; on cuda "auto" is "off".
/// @throws Error(usage) as require_model.
std::string resolve_amp(const std::string& option, const std::string& device, std::string_view model);

}  // namespace beatbench
