#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench {

/// What a model is built for: input float32 [N, channels, length], or [N, channels, height, length] for an image;
/// output logits [N, outputs].
struct ModelShape {
  int channels = 1;
  int length = 216;  ///< samples, or pixels across
  int outputs = 2;
  int height = 0;  ///< pixels down; 0: a signal
  bool operator==(const ModelShape&) const = default;

  std::int64_t input_size() const { return static_cast<std::int64_t>(channels) * length * (height > 0 ? height : 1); }
  /// [batch, channels, length] or [batch, channels, height, length].
  std::vector<std::int64_t> dimensions(std::int64_t batch) const {
    if (height == 0) return {batch, channels, length};
    return {batch, channels, height, length};
  }
};

/// One adjustable number of a model.
struct ModelOption {
  std::string_view name;
  std::string_view text;  ///< what it is, with its unit
  double default_value;
  double min, max;

  /// Whether it counts something: then it can be nothing in between.
  bool is_whole() const {
    const auto whole = [](double value) { return value == static_cast<double>(static_cast<std::int64_t>(value)); };
    return whole(default_value) && whole(min) && whole(max);
  }
};

using ModelOptions = std::map<std::string, double>;

/// What is known of a model without its code, which stands in src/models in a file of the same name.
struct ModelSpec {
  std::string_view name;
  std::string_view description;
  std::string_view input;  ///< what it takes: "window", "image" or "recording", see Preprocessing::input
  std::span<const ModelOption> options;
  std::string_view features = "";  ///< that it takes unless told otherwise, see Preprocessing::features
  bool gains_from_bf16 = true;     ///< trains faster in bfloat16 where the processor has it, see tests/bench/train_step
  int fewest_channels = 1;
  int smallest_side = 16;           ///< samples, or pixels of a side
  int smallest_side_unpadded = 16;  ///< likewise, of a model with the option "padding" at 0
};

std::span<const ModelSpec> model_table();

/// @throws Error(usage) that lists the valid names.
const ModelSpec& require_model(std::string_view name);

/// The model's defaults with `given` over them.
/// @throws Error(usage) for an option that the model lacks (listing those it has) or a value out of range.
ModelOptions resolve_options(const ModelSpec& spec, const ModelOptions& given);

/// @throws Error(usage) if the model takes no such input, or one of another size.
void check_shape(const ModelSpec& spec, const ModelShape& shape, const ModelOptions& resolved);

}  // namespace beatbench
