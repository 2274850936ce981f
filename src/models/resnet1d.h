#pragma once

#include <memory>

#include "beatbench/core/model_table.h"
#include "models/model.h"

namespace beatbench::models {

/// The residual network of Ribeiro et al. 2020 (Nature Communications 11:1760) in forms for single beats and for
/// 12-lead recordings. The layers and their order are the paper's: a convolution, batch norm and ReLU, then four
/// residual units (convolution, batch norm, ReLU, dropout, strided convolution, plus a max-pooled and 1x1-convolved
/// skip taken before the previous unit's batch norm), a dense layer on the flattened rest; "same" padding as Keras has
/// it (an even kernel gets one zero more at the end); no biases before a batch norm; He-normal weights.

/// For a beat: what differs for 216 points instead of 4096 are kernels of 7, strides of 2, and fewer filters.
std::shared_ptr<BeatModel> make_resnet1d(const ModelShape& shape, const ModelOptions& options);

/// For a recording of [12, 4096]: the paper's own numbers, kernels of 16, strides of 4 and 64, 128, 196, 256 and 320
/// filters; with six outputs 6,421,910 trainable numbers. With one output it is the paper's authors' binary variant.
/// Outputs are logits, where the paper's model ends in a sigmoid.
std::shared_ptr<BeatModel> make_resnet1d_12lead(const ModelShape& shape, const ModelOptions& options);

}  // namespace beatbench::models
