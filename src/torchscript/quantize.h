#pragma once

#include "torchscript/calibration.h"

namespace beatbench {

/// An int8 twin of a frozen float module. Convolutions and linear layers with constant weights take activations of 8
/// bits without sign (one scale and zero per tensor, from `statistics`) and weights of 8 bits with sign (one scale per
/// output channel, symmetric); a ReLU that directly follows a convolution is part of it. Linear layers yield float32.
/// What stands between them stays in 8 bits where LibTorch has an operator for it: ReLU, ELU, batch norm, addition,
/// max-pooling, zero padding. All else, an LSTM above all, is float32 as it was. A signal runs as an image of height 1,
/// because quantised images lie channels-last in memory, and each operator would otherwise reorder them. `powers`: of
/// the errors by which the ranges of activations are chosen. `activation_bits`: 8, or 7
/// where products of 8 by 8 bits can overflow, see QuantizedEngine.
/// @throws c10::Error where LibTorch refuses a layer.
torch::jit::Module quantize_module(const torch::jit::Module& frozen, const Statistics& statistics, int activation_bits,
                                   const ErrorPowers& powers);

}  // namespace beatbench
