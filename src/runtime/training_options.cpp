#include <algorithm>

#include "beatbench/core/error.h"
#include "beatbench/core/model_table.h"
#include "beatbench/runtime/training.h"

namespace beatbench {
namespace {

void require(bool holds, const std::string& option, double found, const std::string& allowed) {
  if (!holds) throw Error(ErrorKind::usage, option, number_text(found) + " is not valid; allowed: " + allowed);
}

void require_choice(const std::string& option, const std::string& found) {
  const std::vector<std::string> valid = choices_of(option);
  if (std::ranges::find(valid, found) != valid.end()) return;
  std::string list;
  for (const std::string& word : valid) list += (list.empty() ? "" : ", ") + word;
  throw Error(ErrorKind::usage, option, "'" + found + "' is not valid; allowed: " + list);
}

}  // namespace

std::vector<std::string> choices_of(std::string_view option) {
  if (option == "optimizer") return {"adam", "adamw", "sgd"};
  if (option == "schedule") return {"constant", "cosine", "step", "plateau"};
  if (option == "class_weights") return {"none", "balanced", "sqrt"};
  if (option == "record_weights") return {"none", "sqrt"};
  if (option == "sampling") return {"shuffled", "balanced"};
  if (option == "monitor") return {"macro_f1", "accuracy", "loss", "last"};
  if (option == "amp") return {"off", "bf16", "auto"};
  if (option == "device") return {"auto", "cpu", "cuda"};
  return {};
}

void check_validation(const TrainingOptions& options, bool has_validation) {
  const bool needs_it = options.monitor != "last" || options.schedule == "plateau" || options.patience > 0;
  if (has_validation || !needs_it) return;
  throw Error(ErrorKind::usage, "validation fraction",
              "0 leaves nothing to choose an epoch, a rate or a stop by; allowed: above 0, or 0 with monitor last, "
              "another schedule than plateau and patience 0");
}

void validate(const TrainingOptions& options) {
  require_choice("optimizer", options.optimizer);
  require_choice("schedule", options.schedule);
  require_choice("class_weights", options.class_weights);
  require_choice("record_weights", options.record_weights);
  require_choice("sampling", options.sampling);
  require_choice("monitor", options.monitor);
  require_choice("amp", options.amp);
  require_choice("device", options.device);
  require(options.epochs >= 1, "epochs", options.epochs, "1 or more");
  require(options.batch_size >= 1, "batch_size", options.batch_size, "1 or more");
  require(options.learning_rate > 0, "learning_rate", options.learning_rate, "above 0");
  require(options.weight_decay >= 0, "weight_decay", options.weight_decay, "0 or more");
  require(options.momentum >= 0 && options.momentum < 1, "momentum", options.momentum, "0 to below 1");
  require(options.warmup_epochs >= 0, "warmup_epochs", options.warmup_epochs, "0 or more");
  require(options.step_epochs >= 1, "step_epochs", options.step_epochs, "1 or more");
  require(options.plateau_patience >= 1, "plateau_patience", options.plateau_patience, "1 or more");
  require(options.patience >= 0, "patience", options.patience, "0 (off) or more");
  require(options.clip_norm >= 0, "clip_norm", options.clip_norm, "0 (off) or more");
  require(options.label_smoothing >= 0 && options.label_smoothing < 1, "label_smoothing", options.label_smoothing,
          "0 to below 1");
  require(options.largest_class_weight == 0 || options.largest_class_weight >= 1, "largest_class_weight",
          options.largest_class_weight, "0 (no limit), or 1 or more");
  require(options.freeze_layers >= 0, "freeze_layers", options.freeze_layers, "0 (none) or more");
  require(options.loaded_rate_factor > 0 && options.loaded_rate_factor <= 1, "loaded_rate_factor",
          options.loaded_rate_factor, "above 0, at most 1");
  require(options.loader_threads >= 0 && options.loader_threads <= 256, "loader_threads", options.loader_threads,
          "0 to 256");
  require(options.save_every_steps >= 0, "save_every_steps", options.save_every_steps, "0 (off) or more");
  require(options.keep_states >= 1 && options.keep_states <= 100, "keep_states", options.keep_states, "1 to 100");
  validate(options.augmentation);
}

std::string resolve_amp(const std::string& option, const std::string& device, std::string_view model) {
  if (option != "auto") return option;
  if (!require_model(model).gains_from_bf16) return "off";
#if defined(__x86_64__)
  if (device == "cpu" && __builtin_cpu_supports("avx512bf16")) return "bf16";
#endif
  return "off";
}

}  // namespace beatbench
