#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench {

class BeatModel;

/// What a model is built for: input float32 [N, channels, length], output logits [N, outputs].
struct ModelShape {
  int channels = 1;
  int length = 216;
  int outputs = 2;
  bool operator==(const ModelShape&) const = default;
};

/// One adjustable number of a model.
struct ModelOption {
  std::string_view name;
  std::string_view text;  ///< what it is, with its unit
  double default_value;
  double min, max;
};

using ModelOptions = std::map<std::string, double>;

struct ModelSpec {
  std::string_view name;
  std::string_view description;
  std::span<const ModelOption> options;
  std::shared_ptr<BeatModel> (*make)(const ModelShape& shape, const ModelOptions& options);
};

std::span<const ModelSpec> model_registry();

/// @throws Error(usage) that lists the valid names.
const ModelSpec& find_model(std::string_view name);

/// The model's defaults with `given` over them.
/// @throws Error(usage) for an option that the model lacks (listing those it has) or a value out of range.
ModelOptions resolve_options(const ModelSpec& spec, const ModelOptions& given);

/// Builds a model with freshly drawn weights. The global generator must have been seeded by the caller.
/// @throws Error(usage) as resolve_options, or if the shape is too small for the model.
std::shared_ptr<BeatModel> make_model(std::string_view name, const ModelShape& shape, const ModelOptions& given = {});

/// The number of trainable weights.
std::int64_t parameter_count(const BeatModel& model);

}  // namespace beatbench
