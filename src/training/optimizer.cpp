#include "training/optimizer.h"

#include <algorithm>

#include "training/fused_adam.h"

namespace beatbench {
namespace {

using OneAdam = FusedAdam<torch::optim::Adam, torch::optim::AdamParamState, torch::optim::AdamOptions, false>;
using OneAdamW = FusedAdam<torch::optim::AdamW, torch::optim::AdamWParamState, torch::optim::AdamWOptions, true>;

}  // namespace

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const TrainingOptions& options,
                                                        const std::vector<torch::Tensor>& parameters,
                                                        const std::vector<torch::Tensor>& slower) {
  namespace optim = torch::optim;
  std::vector<optim::OptimizerParamGroup> groups;
  bool fused = true;
  for (const auto* list : {&parameters, &slower}) {
    std::vector<torch::Tensor> trained;
    std::ranges::copy_if(*list, std::back_inserter(trained), [](const auto& p) { return p.requires_grad(); });
    fused = fused && std::ranges::all_of(trained, [](const torch::Tensor& p) {
              return p.is_cpu() && p.scalar_type() == torch::kFloat;
            });
    groups.emplace_back(std::move(trained));
  }
  if (slower.empty()) groups.pop_back();
  if (options.optimizer.name == "sgd") {
    return std::make_unique<optim::SGD>(groups, optim::SGDOptions(options.optimizer.learning_rate)
                                                    .momentum(options.optimizer.momentum)
                                                    .weight_decay(options.optimizer.weight_decay));
  }
  if (options.optimizer.name == "adamw") {
    const auto adamw =
        optim::AdamWOptions(options.optimizer.learning_rate).weight_decay(options.optimizer.weight_decay);
    if (fused) return std::make_unique<OneAdamW>(groups, adamw);
    return std::make_unique<optim::AdamW>(groups, adamw);
  }
  const auto adam = optim::AdamOptions(options.optimizer.learning_rate).weight_decay(options.optimizer.weight_decay);
  if (fused) return std::make_unique<OneAdam>(groups, adam);
  return std::make_unique<optim::Adam>(groups, adam);
}

void set_learning_rate(torch::optim::Optimizer& optimizer, const TrainingOptions& options, double rate) {
  for (auto& group : optimizer.param_groups()) {
    group.options().set_lr(rate);
    rate *= options.transfer.loaded_rate_factor;
  }
}

}  // namespace beatbench
