#pragma once

#include <torch/torch.h>

#include <cstdint>
#include <memory>
#include <string_view>

#include "beatbench/core/model_table.h"

namespace beatbench {

/// A beat classifier: logits [N, outputs] from a batch [N, channels, length]. Everything in `forward` must survive
/// tracing: no sizes of the batch may become constants.
class BeatModel : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(torch::Tensor batch) = 0;
};

/// Builds a model with freshly drawn weights. The global generator must have been seeded by the caller.
/// @throws Error(usage) as resolve_options and check_shape.
std::shared_ptr<BeatModel> make_model(std::string_view name, const ModelShape& shape, const ModelOptions& given = {});

/// Lays the weights of 2-D convolutions out with the channels side by side, which oneDNN and cuDNN are fastest with;
/// what flows through a network follows its weights. Values and their order in `parameters()` stay.
void lay_channels_last(BeatModel& model);

/// The number of trainable weights.
std::int64_t parameter_count(const BeatModel& model);

}  // namespace beatbench
