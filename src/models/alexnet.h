#pragma once

#include <memory>

#include "beatbench/core/model_table.h"
#include "models/model.h"

namespace beatbench::models {

/// AlexNet (Krizhevsky et al. 2012, doi:10.1145/3065386) in its one-column form (Krizhevsky 2014, arXiv 1404.5997):
/// five convolutions of 11x11, 5x5 and three of 3x3 with 64, 192, 384, 256, 256 filters and ReLU, 3x3 max-pooling with
/// stride 2 after the first, second and fifth, two dense layers of 4096 with dropout 0.5 before each, the classes.
/// 28,709,576 parameters for one channel, 128 x 128 pixels and eight classes without batch norm, 61,100,840 for three
/// channels, 224 x 224 and 1,000 classes, as published. Deviation: batch norm after each convolution in place of the
/// local response norm (2,304 parameters more), unless `batch_norm` is 0.
std::shared_ptr<BeatModel> make_alexnet(const ModelShape& shape, const ModelOptions& options);

}  // namespace beatbench::models
