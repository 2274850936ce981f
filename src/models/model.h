#pragma once

#include <torch/torch.h>

#include "beatbench/models/registry.h"

namespace beatbench {

/// A beat classifier: logits [N, outputs] from a batch [N, channels, length]. Everything in `forward` must survive
/// tracing: no sizes of the batch may become constants.
class BeatModel : public torch::nn::Module {
 public:
  virtual torch::Tensor forward(torch::Tensor batch) = 0;
};

/// Lays the weights of 2-D convolutions out with the channels side by side, which oneDNN and cuDNN are fastest with;
/// what flows through a network follows its weights. Values and their order in `parameters()` stay.
void lay_channels_last(BeatModel& model);

}  // namespace beatbench
