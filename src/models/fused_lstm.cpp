#include "models/fused_lstm.h"

#include <ATen/Parallel.h>
#include <omp.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/torch.h>

#include <algorithm>

#include "models/lstm_kernel.h"

namespace beatbench::models {
namespace {

// Calls work(slice) for an even share of the batch on each of LibTorch's threads.
template <typename Work>
void for_each_slice(int steps, int batch, int hidden, const Work& work) {
  const int threads = std::min(at::get_num_threads(), batch);
#pragma omp parallel for num_threads(threads) schedule(static, 1)
  for (int i = 0; i < threads; ++i) work(LstmSlice{steps, batch, batch * i / threads, batch * (i + 1) / threads, hidden});
}

class FusedLstm : public torch::autograd::Function<FusedLstm> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight_ih, const torch::Tensor& weight_hh,
                               const torch::Tensor& bias_ih, const torch::Tensor& bias_hh) {
    const auto steps = x.size(0), batch = x.size(1), hidden = weight_hh.size(1);
    const torch::Tensor gates = torch::linear(x, weight_ih, bias_ih + bias_hh).contiguous();
    const torch::Tensor recurrent = weight_hh.t().contiguous();
    const torch::Tensor cells = torch::empty({steps, batch, hidden}, x.options());
    const torch::Tensor states = torch::empty({steps, batch, hidden}, x.options());
    for_each_slice(static_cast<int>(steps), static_cast<int>(batch), static_cast<int>(hidden), [&](const LstmSlice& slice) {
      lstm_forward(slice, recurrent.data_ptr<float>(), gates.data_ptr<float>(), cells.data_ptr<float>(),
                   states.data_ptr<float>());
    });
    context->save_for_backward({x, weight_ih, weight_hh, gates, cells, states});
    return states[-1].clone();
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight_ih = saved[1], &cells = saved[4], &states = saved[5];
    const torch::Tensor recurrent = saved[2].contiguous();
    const auto steps = x.size(0), batch = x.size(1), inputs = x.size(2), hidden = recurrent.size(1);
    const torch::Tensor last = gradients[0].contiguous();
    const torch::Tensor gates = saved[3].clone();  // backward may run twice on a kept graph
    for_each_slice(static_cast<int>(steps), static_cast<int>(batch), static_cast<int>(hidden), [&](const LstmSlice& slice) {
      lstm_backward(slice, recurrent.data_ptr<float>(), last.data_ptr<float>(), cells.data_ptr<float>(),
                    gates.data_ptr<float>());
    });
    const torch::Tensor flat = gates.view({steps * batch, 4 * hidden});
    const torch::Tensor bias_gradient = flat.sum(0);
    const torch::Tensor recurrent_gradient =
        torch::mm(flat.narrow(0, batch, (steps - 1) * batch).t(),
                  states.view({steps * batch, hidden}).narrow(0, 0, (steps - 1) * batch));
    torch::Tensor x_gradient;
    if (context->needs_input_grad(0)) x_gradient = torch::mm(flat, weight_ih).view({steps, batch, inputs});
    return {x_gradient, torch::mm(flat.t(), x.reshape({steps * batch, inputs})), recurrent_gradient, bias_gradient,
            bias_gradient.clone()};
  }
};

}  // namespace

bool can_use_fused_lstm(const torch::Tensor& x) {
  return torch::GradMode::is_enabled() && x.device().is_cpu() && x.scalar_type() == torch::kFloat32 &&
         !torch::jit::tracer::isTracing();
}

torch::Tensor fused_lstm_last(const torch::Tensor& x, const std::vector<torch::Tensor>& weights) {
  return FusedLstm::apply(x, weights.at(0), weights.at(1), weights.at(2), weights.at(3));
}

}  // namespace beatbench::models
