#pragma once

#include <torch/types.h>

namespace beatbench::models {

/// True where the fused LSTM serves: float32 on the CPU. Tracing uses LibTorch's own operator, which exporters know.
bool can_use_fused_lstm(const torch::Tensor& x);

/// The batch size that the fused LSTM takes `batch` sequences as: padded to whole registers.
std::int64_t padded_batch(std::int64_t batch);

/// The states [H, T, N] of one layer of an LSTM over x [I, T, N], N a padded batch; equal to torch::lstm's up to
/// rounding. Forward and backward run a register's worth of sequences through the whole recurrence at a time, where
/// LibTorch 1.13 dispatches some ten operators per step in either direction. `weights`: weight_ih [4H, I], weight_hh
/// [4H, H], bias_ih [4H], bias_hh [4H].
torch::Tensor fused_lstm(const torch::Tensor& x, at::ArrayRef<torch::Tensor> weights);

/// The last of them alone, [H, N].
torch::Tensor fused_lstm_last(const torch::Tensor& x, at::ArrayRef<torch::Tensor> weights);

}  // namespace beatbench::models
