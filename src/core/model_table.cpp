#include "beatbench/core/model_table.h"

#include <array>
#include <cmath>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "core/table.h"

namespace beatbench {
namespace {

constexpr std::array kCnn2dOptions = {
    ModelOption{"filters", "filters of the first pair of convolutions; the next pairs have 2 and 4 times as many", 64,
                1, 1024},
    ModelOption{"dense", "units of the dense layer", 2048, 1, 65536},
    ModelOption{"dropout", "share of the dense layer's units dropped in training", 0.5, 0, 0.9},
    ModelOption{"padding", "1: convolutions keep the size; 0: they do not pad", 1, 0, 1},
};
constexpr std::array kAlexNetOptions = {
    ModelOption{"filters", "filters of the first convolution; the others have 3, 6, 4 and 4 times as many", 64, 1,
                1024},
    ModelOption{"dense", "units of each dense layer", 4096, 1, 65536},
    ModelOption{"dropout", "share of units dropped before each dense layer in training", 0.5, 0, 0.9},
    ModelOption{"batch_norm", "1: batch norm after each convolution; 0: none", 1, 0, 1},
};
constexpr std::array kVgg16Options = {
    ModelOption{"filters", "filters of the first group; the next groups have 2, 4, 8 and 8 times as many", 64, 1, 1024},
    ModelOption{"dense", "units of each dense layer", 4096, 1, 65536},
    ModelOption{"dropout", "share of units dropped after each dense layer in training", 0.5, 0, 0.9},
    ModelOption{"batch_norm", "1: batch norm after each convolution; 0: none", 1, 0, 1},
};
constexpr std::array kResNet50Options = {
    ModelOption{"filters", "filters of the first convolution; the others follow in proportion", 64, 1, 1024},
};
constexpr std::array kInceptionOptions = {
    ModelOption{"width", "filters of every convolution, as a multiple of the published", 1, 0.05, 4},
    ModelOption{"dropout", "share of the last features dropped in training", 0.5, 0, 0.9},
};
constexpr std::array kLstmOptions = {
    ModelOption{"dense", "units of the dense layer that each sample goes through", 45, 1, 4096},
    ModelOption{"hidden", "units of the LSTM", 23, 1, 4096},
    ModelOption{"layers", "LSTMs, each over the states of the one before", 1, 1, 8},
    ModelOption{"bidirectional", "1: in both directions; 0: from the first sample to the last", 0, 0, 1},
    ModelOption{"attention", "1: the mean of all states, weighted by what they are; 0: the last state", 0, 0, 1},
};
constexpr ModelOption kHeadConvolutions = {"head_convolutions",
                                           "convolutions after the last unit, each with batch norm and ReLU", 0, 0, 8};
constexpr ModelOption kHeadDense = {
    "head_dense", "dense layers at the end; all but the last of 128 units with ReLU and dropout", 1, 1, 8};
constexpr std::array kResNet1dOptions = {
    ModelOption{"filters", "filters of the first convolution; the units have 1, 2, 3 and 4 times as many", 24, 1, 1024},
    ModelOption{"kernel", "length of every convolution in samples", 7, 1, 255},
    ModelOption{"stride", "down-sampling factor of each residual unit", 2, 1, 16},
    ModelOption{"dropout", "share of activations dropped in training", 0.2, 0, 0.9},
    kHeadConvolutions,
    kHeadDense,
};
constexpr std::array kResNet1d12LeadOptions = {
    ModelOption{"filters", "filters of the first convolution; the units have 2, 3.0625, 4 and 5 times as many", 64, 1,
                1024},
    ModelOption{"kernel", "length of every convolution in samples", 16, 1, 255},
    ModelOption{"stride", "down-sampling factor of each residual unit", 4, 1, 16},
    ModelOption{"dropout", "share of activations dropped in training", 0.2, 0, 0.9},
    kHeadConvolutions,
    kHeadDense,
};
constexpr std::array kContextMlpOptions = {
    ModelOption{"hidden", "units of each of the two hidden layers", 64, 1, 4096},
    ModelOption{"dropout", "share of them dropped in training", 0.2, 0, 0.9},
};

constexpr std::array kModels = {
    ModelSpec{.name = "cnn2d",
              .description = "2D-CNN on beat images (Jun et al. 2018)",
              .input = "image",
              .options = kCnn2dOptions,
              .smallest_side_unpadded = 36},
    ModelSpec{.name = "alexnet",
              .description = "AlexNet on beat images (Krizhevsky et al. 2012)",
              .input = "image",
              .options = kAlexNetOptions,
              .smallest_side = 63},
    ModelSpec{.name = "vgg16",
              .description = "VGG16 on beat images (Simonyan & Zisserman 2015)",
              .input = "image",
              .options = kVgg16Options,
              .smallest_side = 32},
    ModelSpec{.name = "resnet50",
              .description = "ResNet50 on beat images (He et al. 2016)",
              .input = "image",
              .options = kResNet50Options},
    ModelSpec{.name = "inception_v3",
              .description = "Inception-v3 on beat images (Szegedy et al. 2016)",
              .input = "image",
              .options = kInceptionOptions,
              .smallest_side = 75},
    ModelSpec{.name = "lstm",
              .description = "dense 45, LSTM 23 over the samples (the original system's)",
              .input = "window",
              .options = kLstmOptions,
              .gains_from_bf16 = false},
    ModelSpec{.name = "resnet1d",
              .description = "residual 1D-CNN after Ribeiro et al. 2020, sized for beat windows",
              .input = "window",
              .options = kResNet1dOptions},
    ModelSpec{.name = "resnet1d_12lead",
              .description = "residual 1D-CNN on whole 12-lead recordings (Ribeiro et al. 2020)",
              .input = "recording",
              .options = kResNet1d12LeadOptions},
    ModelSpec{.name = "context_mlp",
              .description = "dense layers over the numbers of --features alone, for new patients",
              .input = "window",
              .options = kContextMlpOptions,
              .features = "rhythm,template_beat,late_beats",
              .gains_from_bf16 = false,
              .fewest_channels = 2},
};

}  // namespace

std::span<const ModelSpec> model_table() { return kModels; }

const ModelSpec& require_model(std::string_view name) { return require_row(kModels, name, "model", "model"); }

ModelOptions resolve_options(const ModelSpec& spec, const ModelOptions& given) {
  ModelOptions resolved;
  for (const ModelOption& option : spec.options) resolved[std::string(option.name)] = option.default_value;
  for (const auto& [name, value] : given) {
    const std::string where = "option " + name + " of model " + std::string(spec.name);
    if (!resolved.contains(name))
      throw Error(ErrorKind::usage, where, "does not exist; valid: " + names_of(spec.options));
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

void check_shape(const ModelSpec& spec, const ModelShape& shape, const ModelOptions& resolved) {
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorKind::usage, "model " + std::string(spec.name), what);
  };
  const bool is_image = shape.height > 0;
  if (is_image != (spec.input == "image"))
    refuse("takes " + std::string(spec.input) + "s; asked for " + (is_image ? "images" : "signals"));
  if (spec.fewest_channels > 1 && shape.channels < spec.fewest_channels)
    refuse("takes features of beats; --features says which");
  const auto padding = resolved.find("padding");
  const bool is_unpadded = padding != resolved.end() && padding->second == 0;
  const int smallest = is_unpadded ? spec.smallest_side_unpadded : spec.smallest_side;
  if (shape.channels < 1 || shape.outputs < 1 || shape.length < smallest || (is_image && shape.height < smallest)) {
    const std::string side = std::to_string(smallest);
    const std::string asked = std::to_string(shape.length);
    refuse("needs at least 1 channel, " + side + (is_image ? " x " + side + " pixels" : " samples") +
           " and 1 output; asked for " + std::to_string(shape.channels) + ", " + asked +
           (is_image ? " x " + std::to_string(shape.height) : "") + " and " + std::to_string(shape.outputs));
  }
}

}  // namespace beatbench
