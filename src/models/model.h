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

}  // namespace beatbench
