#pragma once

#include <memory>

#include "beatbench/core/model_table.h"
#include "models/model.h"

namespace beatbench::models {

/// The original system's LSTM: each sample through a dense layer with ReLU, one LSTM over the samples, a dense layer
/// on its last state. With 45 and 23 units and 18 classes it has 6,962 parameters: 92 more than Keras counts, because
/// LibTorch's LSTM has two bias vectors. As in Keras, kernels start Glorot uniform, the recurrent kernel orthogonal,
/// the biases zero but for the forget gate's 1.
///
/// Options: more `layers`; `bidirectional`, a second LSTM in every layer from the last sample to the first, of which
/// the state at the first sample counts; `attention`, which takes the mean of all states, weighted by the softmax over
/// the samples of v tanh(W state) (additive attention, Bahdanau et al. 2015, arXiv 1409.0473, without a query), in
/// place of the last state.
std::shared_ptr<BeatModel> make_lstm(const ModelShape& shape, const ModelOptions& options);

}  // namespace beatbench::models
