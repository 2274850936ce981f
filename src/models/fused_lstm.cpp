#include "models/fused_lstm.h"

#include <ATen/Parallel.h>
#include <omp.h>
#include <torch/csrc/jit/frontend/tracer.h>
#include <torch/torch.h>

#include <algorithm>

#include "models/lstm_kernel.h"

namespace beatbench::models {
namespace {

// Calls work(first) for every kLstmLanes sequences of the batch, on LibTorch's threads.
template <typename Work>
void for_each_lane_group(std::int64_t batch, const Work& work) {
  const std::int64_t groups = batch / kLstmLanes;
  const int threads = static_cast<int>(std::min<std::int64_t>(at::get_num_threads(), groups));
#pragma omp parallel for num_threads(threads) schedule(static)
  for (std::int64_t group = 0; group < groups; ++group) work(group * kLstmLanes);
}

// All tensors are [features, T, N]: every matrix product is then one product over T N columns.
class FusedLstm : public torch::autograd::Function<FusedLstm> {
 public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& x,
                               const torch::Tensor& weight_ih, const torch::Tensor& weight_hh,
                               const torch::Tensor& bias_ih, const torch::Tensor& bias_hh, bool only_last) {
    const LstmShape shape{x.size(1), x.size(2), weight_hh.size(1)};
    const std::int64_t columns = shape.steps * shape.batch;
    const torch::Tensor gates =
        torch::addmm((bias_ih + bias_hh).unsqueeze(1), weight_ih, x.reshape({x.size(0), columns}));
    const torch::Tensor recurrent = weight_hh.contiguous();
    const torch::Tensor cells = torch::empty({shape.hidden, shape.steps, shape.batch}, x.options());
    const torch::Tensor states = torch::empty_like(cells);
    for_each_lane_group(shape.batch, [&](std::int64_t first) {
      lstm_forward(shape, first, recurrent.data_ptr<float>(), gates.data_ptr<float>(), cells.data_ptr<float>(),
                   states.data_ptr<float>());
    });
    context->save_for_backward({x, weight_ih, weight_hh, gates, cells, states});
    context->saved_data["only_last"] = only_last;
    return only_last ? states.select(1, -1).contiguous() : states.clone();  // what backward needs is nobody's to change
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 torch::autograd::variable_list gradients) {
    const auto saved = context->get_saved_variables();
    const torch::Tensor &x = saved[0], &weight_ih = saved[1], &cells = saved[4], &states = saved[5];
    const torch::Tensor recurrent = saved[2].t().contiguous();
    const LstmShape shape{x.size(1), x.size(2), recurrent.size(0)};
    const std::int64_t columns = shape.steps * shape.batch;
    const torch::Tensor gradient = gradients[0].contiguous();
    const bool only_last = context->saved_data["only_last"].toBool();
    const torch::Tensor gates = saved[3].clone();  // backward may run twice on a kept graph
    for_each_lane_group(shape.batch, [&](std::int64_t first) {
      lstm_backward(shape, first, recurrent.data_ptr<float>(), gradient.data_ptr<float>(), only_last,
                    cells.data_ptr<float>(), gates.data_ptr<float>());
    });
    const torch::Tensor flat_x = x.reshape({x.size(0), columns});
    const torch::Tensor later = gates.narrow(1, shape.batch, columns - shape.batch);  // steps 1 .. T-1
    const torch::Tensor earlier = states.view({shape.hidden, columns}).narrow(1, 0, columns - shape.batch);
    const torch::Tensor bias_gradient = gates.sum(1);
    torch::Tensor x_gradient;
    if (context->needs_input_grad(0)) x_gradient = torch::mm(weight_ih.t(), gates).view(x.sizes());
    return {x_gradient,    torch::mm(gates, flat_x.t()), torch::mm(later, earlier.t()),
            bias_gradient, bias_gradient.clone(),        torch::Tensor()};
  }
};

torch::Tensor apply_fused_lstm(const torch::Tensor& x, at::ArrayRef<torch::Tensor> weights, bool only_last) {
  const c10::impl::ExcludeDispatchKeyGuard no_autocast(c10::autocast_dispatch_keyset);  // its kernels are float32
  return FusedLstm::apply(x, weights[0], weights[1], weights[2], weights[3], only_last);
}

}  // namespace

bool can_use_fused_lstm(const torch::Tensor& x) {
  return x.device().is_cpu() && x.scalar_type() == torch::kFloat32 && !torch::jit::tracer::isTracing();
}

std::int64_t padded_batch(std::int64_t batch) { return (batch + kLstmLanes - 1) / kLstmLanes * kLstmLanes; }

torch::Tensor fused_lstm(const torch::Tensor& x, at::ArrayRef<torch::Tensor> weights) {
  return apply_fused_lstm(x, weights, false);
}

torch::Tensor fused_lstm_last(const torch::Tensor& x, at::ArrayRef<torch::Tensor> weights) {
  return apply_fused_lstm(x, weights, true);
}

}  // namespace beatbench::models
