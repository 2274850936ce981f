#pragma once

#include <torch/types.h>

#include <vector>

namespace beatbench::models {

/// True where the fused LSTM serves: float32 on the CPU while gradients are recorded. Tracing and inference use
/// LibTorch's own operator, which exporters know.
bool can_use_fused_lstm(const torch::Tensor& x);

/// The last state [N, H] of a one-layer LSTM over x [T, N, I], equal to torch::lstm's up to rounding. Forward and
/// backward run over the whole sequence at once for a slice of the batch on each thread, with one matrix product per
/// step, where LibTorch 1.13 dispatches some ten operators per step in either direction.
/// `weights`: weight_ih [4H, I], weight_hh [4H, H], bias_ih [4H], bias_hh [4H].
torch::Tensor fused_lstm_last(const torch::Tensor& x, const std::vector<torch::Tensor>& weights);

}  // namespace beatbench::models
