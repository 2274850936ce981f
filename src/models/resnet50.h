#pragma once

#include <memory>

#include "beatbench/core/model_table.h"
#include "models/model.h"

namespace beatbench::models {

/// ResNet50 (He et al. 2016, arXiv 1512.03385, table 1): a 7x7 convolution of 64 filters with stride 2 and 3x3
/// max-pooling, then 3, 4, 6 and 3 bottleneck units of 1x1, 3x3 and 1x1 convolutions around a skip, global average
/// pooling, the classes. 23,518,152 parameters for one channel and eight classes, 25,557,032 for three channels and
/// 1,000 classes, as published, at any size of image. Deviation: a unit halves the image in its 3x3 convolution, not in
/// the first 1x1, as everybody has it since ("v1.5").
std::shared_ptr<BeatModel> make_resnet50(const ModelShape& shape, const ModelOptions& options);

}  // namespace beatbench::models
