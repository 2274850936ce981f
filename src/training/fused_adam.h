#pragma once

#include <torch/torch.h>

#include <cmath>
#include <type_traits>

#include "models/libtorch_versions.h"

namespace beatbench {

/// One update of `count` weights by Adam (Kingma and Ba 2015, arXiv 1412.6980), decay of the weights included.
struct AdamStep {
  float beta1 = 0, beta2 = 0, epsilon = 0;
  float step_size = 0;          ///< learning rate over the bias correction of the first moment
  float second_correction = 0;  ///< square root of the bias correction of the second moment
  float gradient_decay = 0;     ///< L2: this times the weight is added to the gradient
  float weight_factor = 1;      ///< decoupled decay: the weight is multiplied by it (Loshchilov and Hutter 2019)
};
void adam_step(const AdamStep& step, std::int64_t count, const float* gradient, float* weight, float* first,
               float* second);

/// LibTorch's Adam or AdamW with one pass over memory per step: the same formula and state, where LibTorch's own step
/// runs some ten operators and reads or writes each weight about twenty times instead of seven. With the 134 million
/// weights of cnn2d's dense layer that shows. For float32 weights on the CPU only.
template <typename Base, typename State, typename Options, bool decoupled>
class FusedAdam final : public Base {
 public:
  using Base::Base;
  using typename Base::LossClosure;

  torch::Tensor step(LossClosure closure = nullptr) override {
    const torch::NoGradGuard no_grad;
    for (auto& group : this->param_groups()) {
      const auto& options = static_cast<const Options&>(group.options());
      for (torch::Tensor& weight : group.params()) {
        if (weight.grad().defined()) update(weight, options);
      }
    }
    return closure ? closure() : torch::Tensor();
  }

 private:
  void update(torch::Tensor& weight, const Options& options) {
    using Key = typename std::decay_t<decltype(this->state_)>::key_type;
    auto& slot = this->state_[libtorch::key_of_state<Key>(weight)];
    if (!slot) {
      auto fresh = std::make_unique<State>();
      fresh->step(0);
      fresh->exp_avg(torch::zeros_like(weight, torch::MemoryFormat::Preserve));
      fresh->exp_avg_sq(torch::zeros_like(weight, torch::MemoryFormat::Preserve));
      slot = std::move(fresh);
    }
    auto& state = static_cast<State&>(*slot);
    state.step(state.step() + 1);
    const double beta1 = std::get<0>(options.betas()), beta2 = std::get<1>(options.betas());
    const auto count = static_cast<double>(state.step());
    AdamStep step;
    step.beta1 = static_cast<float>(beta1);
    step.beta2 = static_cast<float>(beta2);
    step.epsilon = static_cast<float>(options.eps());
    step.step_size = static_cast<float>(options.lr() / (1.0 - std::pow(beta1, count)));
    step.second_correction = static_cast<float>(std::sqrt(1.0 - std::pow(beta2, count)));
    if (decoupled)
      step.weight_factor = static_cast<float>(1.0 - options.lr() * options.weight_decay());
    else
      step.gradient_decay = static_cast<float>(options.weight_decay());
    // The four lie in memory alike, whatever the layout.
    const torch::Tensor gradient = same_layout(weight.grad(), weight);
    state.exp_avg(same_layout(state.exp_avg(), weight));
    state.exp_avg_sq(same_layout(state.exp_avg_sq(), weight));
    adam_step(step, weight.numel(), gradient.template data_ptr<float>(), weight.template data_ptr<float>(),
              state.exp_avg().template data_ptr<float>(), state.exp_avg_sq().template data_ptr<float>());
  }

  static torch::Tensor same_layout(const torch::Tensor& tensor, const torch::Tensor& weight) {
    if (tensor.strides() == weight.strides()) return tensor;
    return torch::empty_like(weight, torch::MemoryFormat::Preserve).copy_(tensor);
  }
};

}  // namespace beatbench
