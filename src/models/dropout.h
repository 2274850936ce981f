#pragma once

#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>
#include <torch/types.h>

namespace beatbench::models {

/// What nn::Dropout does, in training: each value is 0 with probability `share` and else divided by 1 - share
/// (Srivastava et al. 2014, J Mach Learn Res 15:1929). LibTorch draws one number a value from one thread, which is a
/// fifth of a training step of resnet1d; here a seed is drawn from LibTorch's generator, and value i of the tensor's
/// memory is kept or not by a hash of seed and i, so that the result does not depend on the
/// number of threads. The share is rounded to a 65536th. On other devices it is LibTorch's own.
class DropoutImpl final : public torch::nn::Module {
 public:
  explicit DropoutImpl(double share);
  torch::Tensor forward(const torch::Tensor& x);

 private:
  double share_;
};
TORCH_MODULE(Dropout);

}  // namespace beatbench::models
