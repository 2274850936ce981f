#pragma once

#include <memory>

#include "beatbench/core/model_table.h"
#include "models/model.h"

namespace beatbench::models {

/// VGG16 (Simonyan & Zisserman 2015, arXiv 1409.1556, configuration D): 3x3 convolutions with ReLU, two of 64 and of
/// 128 filters, three of 256, of 512 and of 512 again, 2x2 max-pooling after each group, two dense layers of 4096 with
/// dropout 0.5 after each, the classes. 65,086,152 parameters for one channel, 128 x 128 pixels and eight classes
/// without batch norm, 138,357,544 for three channels, 224 x 224 and 1,000 classes, as published. Deviation: batch norm
/// after each convolution (8,448 parameters more), unless `batch_norm` is 0: without it the network hardly begins to
/// learn.
std::shared_ptr<BeatModel> make_vgg16(const ModelShape& shape, const ModelOptions& options);

}  // namespace beatbench::models
