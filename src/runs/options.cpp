#include "runs/options.h"

#include <nlohmann/json.hpp>

#include "beatbench/core/error.h"

namespace beatbench {

NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(SplitOptions, test_fraction, validation_fraction, folds, fold, seed)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(AugmentationOptions, crops, crop_classes, scale, shift_samples, warp,
                                                noise, snr_low_db, snr_high_db, lead_dropout)
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE_WITH_DEFAULT(TrainingOptions, epochs, batch_size, optimizer, learning_rate,
                                                weight_decay, momentum, schedule, warmup_epochs, step_epochs,
                                                plateau_patience, class_weights, largest_class_weight, record_weights,
                                                sampling, patience, monitor, clip_norm, label_smoothing, amp, init_from,
                                                new_head, freeze_layers, loaded_rate_factor, augmentation,
                                                loader_threads, save_every_steps, keep_states, seed, device)

nlohmann::json run_options_json(const RunOptions& o) {
  return {{"model", o.model},
          {"model_options", o.model_options},
          {"data", o.data},
          {"max_windows", o.max_windows},
          {"strict", o.strict},
          {"protocol", o.protocol},
          {"split", o.split},
          {"preprocessing", o.preprocessing},
          {"training", o.training},
          {"threads", o.threads},
          {"extra_training", o.extra_training},
          {"seeds", o.seeds},
          {"all_folds", o.all_folds}};
}

RunOptions run_options_from_json(const nlohmann::json& json, const std::string& where) {
  try {
    RunOptions o;
    json.at("model").get_to(o.model);
    json.at("model_options").get_to(o.model_options);
    json.at("data").get_to(o.data);
    json.at("max_windows").get_to(o.max_windows);
    json.at("strict").get_to(o.strict);
    json.at("protocol").get_to(o.protocol);
    json.at("split").get_to(o.split);
    json.at("preprocessing").get_to(o.preprocessing);
    json.at("training").get_to(o.training);
    json.at("threads").get_to(o.threads);
    o.extra_training = json.value("extra_training", "");
    o.seeds = json.value("seeds", 1);  // not in configurations of older versions
    o.all_folds = json.value("all_folds", false);
    return o;
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::data, where, error.what());
  }
}

}  // namespace beatbench
