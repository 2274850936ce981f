#pragma once

#include <memory>

#include "beatbench/core/model_table.h"
#include "models/model.h"

namespace beatbench::models {

/// The 2D-CNN of Jun et al. 2018 (arXiv 1804.06812, table 2): three pairs of 3x3 convolutions with 64, 128 and 256
/// filters, each followed by ELU and batch norm, each pair by 2x2 max-pooling; a dense layer of 2048 with ELU, batch
/// norm and dropout 0.5; the classes. Weights are drawn as Glorot & Bengio do. The paper does not say how the edges are
/// padded: `padding` 1 keeps the size (135,386,312 parameters for 128 x 128 pixels and eight classes), 0 does not pad.
std::shared_ptr<BeatModel> make_cnn2d(const ModelShape& shape, const ModelOptions& options);

}  // namespace beatbench::models
