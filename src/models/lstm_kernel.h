#pragma once

#include <cstddef>

namespace beatbench::models {

/// The sequences that one register holds: a batch is padded to a multiple of this.
inline constexpr int kLstmLanes = 16;

/// Shape of one LSTM layer's buffers: float32 [features, T, N], so that the same feature of neighbouring sequences lies
/// side by side. Gates are in LibTorch's order: input, forget, cell, output.
struct LstmShape {
  std::ptrdiff_t steps = 0;   ///< T
  std::ptrdiff_t batch = 0;   ///< N, a multiple of kLstmLanes
  std::ptrdiff_t hidden = 0;  ///< H
};

/// Runs the sequences [first, first + kLstmLanes) forwards. `gates` [4H, T, N] comes as input projection plus biases
/// and becomes the activated gates; `cells` and `states` [H, T, N] are written. `recurrent` is weight_hh, [4H, H].
void lstm_forward(const LstmShape& shape, std::ptrdiff_t first, const float* recurrent, float* gates, float* cells,
                  float* states);

/// Runs the same sequences backwards. `gates` comes as lstm_forward left it and becomes the gradient before
/// activation. `state_gradients` is that of every state, [H, T, N], or with `only_last` of the last, [H, N];
/// `recurrent` is weight_hh transposed, [H, 4H].
void lstm_backward(const LstmShape& shape, std::ptrdiff_t first, const float* recurrent, const float* state_gradients,
                   bool only_last, const float* cells, float* gates);

}  // namespace beatbench::models
