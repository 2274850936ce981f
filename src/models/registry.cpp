#include "beatbench/models/registry.h"

#include <array>
#include <cmath>

#include "beatbench/core/error.h"
#include "beatbench/signal/features.h"
#include "models/alexnet.h"
#include "models/cnn2d.h"
#include "models/context_mlp.h"
#include "models/inception_v3.h"
#include "models/lstm.h"
#include "models/model.h"
#include "models/resnet1d.h"
#include "models/resnet50.h"
#include "models/vgg16.h"

namespace beatbench {
namespace {

const std::array kModels = {
    ModelSpec{"cnn2d", "2D-CNN on beat images (Jun et al. 2018)", "image", models::cnn2d_options(), models::make_cnn2d},
    ModelSpec{"alexnet", "AlexNet on beat images (Krizhevsky et al. 2012)", "image", models::alexnet_options(),
              models::make_alexnet},
    ModelSpec{"vgg16", "VGG16 on beat images (Simonyan & Zisserman 2015)", "image", models::vgg16_options(),
              models::make_vgg16},
    ModelSpec{"resnet50", "ResNet50 on beat images (He et al. 2016)", "image", models::resnet50_options(),
              models::make_resnet50},
    ModelSpec{"inception_v3", "Inception-v3 on beat images (Szegedy et al. 2016)", "image",
              models::inception_v3_options(), models::make_inception_v3},
    ModelSpec{"lstm", "dense 45, LSTM 23 over the samples (the original system's)", "window", models::lstm_options(),
              models::make_lstm, "", /*gains_from_bf16=*/false},
    ModelSpec{"resnet1d", "residual 1D-CNN after Ribeiro et al. 2020, sized for beat windows", "window",
              models::resnet1d_options(), models::make_resnet1d},
    ModelSpec{"resnet1d_12lead", "residual 1D-CNN on whole 12-lead recordings (Ribeiro et al. 2020)", "recording",
              models::resnet1d_12lead_options(), models::make_resnet1d_12lead},
    ModelSpec{"context_mlp", "dense layers over the numbers of --context alone, for new patients", "window",
              models::context_mlp_options(), models::make_context_mlp, "rhythm,usual_beat,late_beats",
              /*gains_from_bf16=*/false},
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
      if (option.name == name && option.is_whole() && value != std::floor(value)) {
        throw Error(ErrorKind::usage, where, number_text(value) + " is not valid; allowed: whole numbers");
      }
      if (option.name != name || (value >= option.min && value <= option.max)) continue;
      throw Error(ErrorKind::usage, where,
                  number_text(value) + " is out of range; allowed: " + number_text(option.min) + " to " +
                      number_text(option.max));
    }
    resolved[name] = value;
  }
  return resolved;
}

ModelShape shape_of(const Preprocessing& p) {
  const int outputs = static_cast<int>(p.class_names.size());
  if (p.of_recordings()) return {static_cast<int>(p.leads.size()), p.length_samples(), outputs};
  const int channels = 1 + context_size(p);
  return p.input == "image" ? ModelShape{channels, p.image_size, outputs, p.image_size}
                            : ModelShape{channels, p.length_samples(), outputs};
}

std::shared_ptr<BeatModel> make_model(std::string_view name, const ModelShape& shape, const ModelOptions& given) {
  const ModelSpec& spec = find_model(name);
  const bool is_image = shape.height > 0;
  if (is_image != (spec.input == "image")) {
    throw Error(ErrorKind::usage, "model " + std::string(name),
                "eats " + std::string(spec.input) + "s; asked for " + (is_image ? "images" : "signals"));
  }
  if (shape.channels < 1 || shape.length < 16 || (is_image && shape.height < 16) || shape.outputs < 1) {
    throw Error(ErrorKind::usage, "model " + std::string(name),
                "needs at least 1 channel, 16 samples (or pixels) and 1 output; asked for " +
                    std::to_string(shape.channels) + ", " + std::to_string(shape.length) + " and " +
                    std::to_string(shape.outputs));
  }
  const auto model = spec.make(shape, resolve_options(spec, given));
  lay_channels_last(*model);
  return model;
}

void lay_channels_last(BeatModel& model) {
  for (torch::Tensor& parameter : model.parameters()) {
    if (parameter.dim() != 4) continue;
    // contiguous() would leave the strides of kernels of one pixel or channel, which are laid out either way, as they
    // are, and what flows out of them would lie the other way.
    parameter.set_data(parameter.detach().to(parameter.options(), false, true, torch::MemoryFormat::ChannelsLast));
  }
}

std::int64_t parameter_count(const BeatModel& model) {
  std::int64_t count = 0;
  for (const torch::Tensor& parameter : model.parameters()) count += parameter.numel();
  return count;
}

}  // namespace beatbench
