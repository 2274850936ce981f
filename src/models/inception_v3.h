#pragma once

#include <memory>

#include "beatbench/core/model_table.h"
#include "models/model.h"

namespace beatbench::models {

/// Inception-v3 (Szegedy et al. 2016, arXiv 1512.00567, table 1, with the filters of its authors' published code): five
/// convolutions, eleven mixed units whose branches of different reach are put side by side, global average pooling,
/// dropout 0.5, the classes; batch norm and ReLU after each convolution. 21,801,384 parameters for one channel and
/// eight classes, 23,834,568 for three channels and 1,000 classes, as published without the auxiliary classifier, which
/// is the deviation: it only helps in training. Images from 75 x 75 pixels on.
std::shared_ptr<BeatModel> make_inception_v3(const ModelShape& shape, const ModelOptions& options);

}  // namespace beatbench::models
