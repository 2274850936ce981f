#pragma once

namespace beatbench {

/// Lets CUDA multiply float32 numbers in TF32 (10 bits of mantissa, sums in float32), and cuDNN try which of its
/// convolutions is the fastest one for the shapes at hand.
void use_fast_products_on_cuda();

}  // namespace beatbench
