#pragma once

#include <memory>
#include <span>

#include "beatbench/models/registry.h"

namespace beatbench::models {

/// The residual network of Ribeiro et al. 2020 (Nature Communications 11:1760) in a form for single beats. The layers
/// and their order are the paper's: a convolution, batch norm and ReLU, then four residual units (convolution, batch
/// norm, ReLU, dropout, strided convolution, plus a max-pooled and 1x1-convolved skip taken before the previous
/// unit's batch norm), a dense layer on the flattened rest; "same" padding; no biases before a batch norm; He-normal
/// weights. What differs for 216 points instead of 4096: kernels of 7, strides of 2, and fewer filters.
std::shared_ptr<BeatModel> make_resnet1d(const ModelShape& shape, const ModelOptions& options);
std::span<const ModelOption> resnet1d_options();

}  // namespace beatbench::models
