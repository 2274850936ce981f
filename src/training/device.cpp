#include "training/device.h"

#include <ATen/Context.h>
#include <torch/cuda.h>

#include "beatbench/core/error.h"
#include "training/train.h"

namespace beatbench {

std::string resolve_device(const std::string& option) {
  const bool has_cuda = torch::cuda::is_available();
  if (option == "cuda" && !has_cuda) {
    throw Error(ErrorKind::usage, "device", "cuda was asked for, but this build of LibTorch or this machine has none");
  }
  return has_cuda && option != "cpu" ? "cuda" : "cpu";
}

void use_fast_products_on_cuda() {
  at::globalContext().setAllowTF32CuBLAS(true);
  at::globalContext().setAllowTF32CuDNN(true);
  at::globalContext().setBenchmarkCuDNN(true);
}

}  // namespace beatbench
