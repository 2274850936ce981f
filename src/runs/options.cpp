#include "runs/options.h"

#include <nlohmann/json.hpp>

#include "beatbench/core/error.h"

namespace beatbench {

namespace {

// What an older version did not know keeps its default.
auto read_from(const nlohmann::json& json) {
  return [&json](auto& field, const OptionSpec& spec) {
    if (json.contains(spec.name)) json.at(spec.name).get_to(field);
  };
}

auto write_to(nlohmann::json& json) {
  return [&json](const auto& field, const OptionSpec& spec) { json[std::string(spec.name)] = field; };
}

}  // namespace

void to_json(nlohmann::json& json, const SplitOptions& o) { for_each_split_option(o, write_to(json)); }
void from_json(const nlohmann::json& json, SplitOptions& o) { for_each_split_option(o, read_from(json)); }

void to_json(nlohmann::json& json, const TrainingOptions& o) {
  for_each_training_option(o, write_to(json));
  for_each_transfer_option(o.transfer, write_to(json));
  for_each_augmentation_option(o.augmentation, write_to(json["augmentation"]));
}

void from_json(const nlohmann::json& json, TrainingOptions& o) {
  for_each_training_option(o, read_from(json));
  for_each_transfer_option(o.transfer, read_from(json));
  if (json.contains("augmentation")) for_each_augmentation_option(o.augmentation, read_from(json.at("augmentation")));
}

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
