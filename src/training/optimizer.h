#pragma once

#include <torch/torch.h>

#include <memory>
#include <vector>

#include "beatbench/runtime/training.h"

namespace beatbench {

/// Of those parameters that get a gradient. `slower` are trained at loaded_rate_factor times the rate of the others.
std::unique_ptr<torch::optim::Optimizer> make_optimizer(const TrainingOptions& options,
                                                        const std::vector<torch::Tensor>& parameters,
                                                        const std::vector<torch::Tensor>& slower = {});

/// Sets the rate of all, that of the slower ones in proportion.
void set_learning_rate(torch::optim::Optimizer& optimizer, const TrainingOptions& options, double rate);

}  // namespace beatbench
