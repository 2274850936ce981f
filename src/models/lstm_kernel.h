#pragma once

namespace beatbench::models {

/// Shapes and buffers of one LSTM layer over a slice of a batch. All arrays are float32 with the time step first and
/// the full batch as the row count between steps; gates are in LibTorch's order: input, forget, cell, output.
struct LstmSlice {
  int steps = 0;          ///< T
  int batch = 0;          ///< rows of the whole batch: the distance between steps
  int first = 0, end = 0; ///< the rows of this slice
  int hidden = 0;         ///< H
};

/// Runs a slice forwards. `gates` [T, batch, 4H] comes as input projection plus biases and becomes the activated
/// gates; `cells` and `states` [T, batch, H] are written. `recurrent` is weight_hh transposed, [H, 4H].
void lstm_forward(const LstmSlice& slice, const float* recurrent, float* gates, float* cells, float* states);

/// Runs a slice backwards. `gates` comes as lstm_forward left it and becomes the gradient before activation.
/// `last_gradient` [batch, H] is that of the last state; `recurrent` is weight_hh, [4H, H].
void lstm_backward(const LstmSlice& slice, const float* recurrent, const float* last_gradient, const float* cells,
                   float* gates);

}  // namespace beatbench::models
