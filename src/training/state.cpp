#include "training/state.h"

#include <optional>

namespace beatbench {
namespace {

nlohmann::json optional_json(const std::optional<double>& value) {
  return value ? nlohmann::json(*value) : nlohmann::json();
}

std::optional<double> optional_from(const nlohmann::json& json) {
  return json.is_null() ? std::nullopt : std::optional(json.get<double>());
}

}  // namespace

nlohmann::json state_json(const TrainingState& state) {
  nlohmann::json rows = nlohmann::json::array();
  for (const EpochRow& row : state.history) {
    rows.push_back({row.epoch, row.learning_rate, optional_json(row.train_loss), optional_json(row.train_accuracy),
                    optional_json(row.validation_loss), optional_json(row.validation_accuracy),
                    optional_json(row.validation_macro_f1), row.seconds});
  }
  return {{"epoch", state.epoch},
          {"step", state.step},
          {"loss_sum", state.loss_sum},
          {"correct", state.correct},
          {"seconds_before", state.seconds_before},
          {"epoch_seconds_before", state.epoch_seconds_before},
          {"history", rows},
          {"loaded", state.loaded}};
}

TrainingState state_from_json(const nlohmann::json& json) {
  TrainingState state;
  json.at("epoch").get_to(state.epoch);
  json.at("step").get_to(state.step);
  json.at("loss_sum").get_to(state.loss_sum);
  json.at("correct").get_to(state.correct);
  json.at("seconds_before").get_to(state.seconds_before);
  json.at("epoch_seconds_before").get_to(state.epoch_seconds_before);
  for (const nlohmann::json& row : json.at("history")) {
    state.history.push_back({row.at(0).get<int>(), row.at(1).get<double>(), optional_from(row.at(2)),
                             optional_from(row.at(3)), optional_from(row.at(4)), optional_from(row.at(5)),
                             optional_from(row.at(6)), row.at(7).get<double>()});
  }
  state.loaded = json.value("loaded", std::vector<std::string>{});
  return state;
}

}  // namespace beatbench
