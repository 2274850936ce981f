#include "training/optimizer.h"

#include "beatbench/core/error.h"

namespace beatbench {

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const TrainingOptions& options,
                                                        const std::vector<torch::Tensor>& parameters) {
  namespace optim = torch::optim;
  if (options.optimizer == "sgd") {
    return std::make_unique<optim::SGD>(
        parameters,
        optim::SGDOptions(options.learning_rate).momentum(options.momentum).weight_decay(options.weight_decay));
  }
  if (options.optimizer == "adamw") {
    return std::make_unique<optim::AdamW>(
        parameters, optim::AdamWOptions(options.learning_rate).weight_decay(options.weight_decay));
  }
  return std::make_unique<optim::Adam>(parameters,
                                       optim::AdamOptions(options.learning_rate).weight_decay(options.weight_decay));
}

void set_learning_rate(torch::optim::Optimizer& optimizer, double rate) {
  for (auto& group : optimizer.param_groups()) group.options().set_lr(rate);
}

std::string resolve_device(const std::string& option) {
  const bool has_cuda = torch::cuda::is_available();
  if (option == "cuda" && !has_cuda) {
    throw Error(ErrorKind::usage, "device", "cuda was asked for, but this build of LibTorch or this machine has none");
  }
  return has_cuda && option != "cpu" ? "cuda" : "cpu";
}

}  // namespace beatbench
