#include "beatbench/models/registry.h"

#include <array>
#include <cmath>

#include "beatbench/core/error.h"
#include "models/lstm.h"
#include "models/model.h"
#include "models/resnet1d.h"

namespace beatbench {
namespace {

const std::array kModels = {
    ModelSpec{"lstm", "dense 45, LSTM 23 over the samples (the original system's)", models::lstm_options(),
              models::make_lstm},
    ModelSpec{"resnet1d", "residual 1D-CNN after Ribeiro et al. 2020, sized for beat windows",
              models::resnet1d_options(), models::make_resnet1d},
};

}  // namespace

std::span<const ModelSpec> model_registry() { return kModels; }

const ModelSpec& find_model(std::string_view name) {
  std::string valid;
  for (const ModelSpec& spec : kModels) {
    if (spec.name == name) return spec;
    valid += (valid.empty() ? "" : ", ") + std::string(spec.name);
  }
  throw Error(ErrorKind::usage, "model", "there is no model '" + std::string(name) + "'; valid: " + valid);
}

ModelOptions resolve_options(const ModelSpec& spec, const ModelOptions& given) {
  ModelOptions resolved;
  std::string valid;
  for (const ModelOption& option : spec.options) {
    resolved[std::string(option.name)] = option.default_value;
    valid += (valid.empty() ? "" : ", ") + std::string(option.name);
  }
  for (const auto& [name, value] : given) {
    const std::string where = "option " + name + " of model " + std::string(spec.name);
    if (!resolved.contains(name)) throw Error(ErrorKind::usage, where, "does not exist; valid: " + valid);
    for (const ModelOption& option : spec.options) {
      if (option.name != name || (value >= option.min && value <= option.max)) continue;
      throw Error(ErrorKind::usage, where,
                  number_text(value) + " is out of range; allowed: " + number_text(option.min) + " to " +
                      number_text(option.max));
    }
    resolved[name] = value;
  }
  return resolved;
}

std::shared_ptr<BeatModel> make_model(std::string_view name, const ModelShape& shape, const ModelOptions& given) {
  const ModelSpec& spec = find_model(name);
  if (shape.channels < 1 || shape.length < 16 || shape.outputs < 1) {
    throw Error(ErrorKind::usage, "model " + std::string(name),
                "needs at least 1 channel, 16 samples and 1 output; asked for " + std::to_string(shape.channels) +
                    ", " + std::to_string(shape.length) + " and " + std::to_string(shape.outputs));
  }
  return spec.make(shape, resolve_options(spec, given));
}

std::int64_t parameter_count(const BeatModel& model) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : model.parameters()) count += parameter.numel();
  return count;
}

}  // namespace beatbench
