#pragma once

#include <torch/torch.h>

#include <memory>
#include <vector>

#include "beatbench/training/train.h"

namespace beatbench {

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const TrainingOptions& options,
                                                        const std::vector<torch::Tensor>& parameters);
void set_learning_rate(torch::optim::Optimizer& optimizer, double rate);

}  // namespace beatbench
