#include "models/model.h"

#include <algorithm>

#include "models/registry.h"

namespace beatbench {

std::shared_ptr<BeatModel> make_model(std::string_view name, const ModelShape& shape, const ModelOptions& given) {
  const ModelSpec& spec = require_model(name);
  const ModelOptions options = resolve_options(spec, given);
  check_shape(spec, shape, options);
  const auto model = std::ranges::find(model_makers(), name, &ModelMaker::name)->make(shape, options);
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
