#include "training/device.h"

#include <ATen/Context.h>
#include <torch/cuda.h>

#include "beatbench/core/error.h"
#include "beatbench/models/registry.h"
#include "beatbench/training/train.h"

namespace beatbench {

std::string resolve_amp(const std::string& option, const std::string& device, std::string_view model) {
  if (option != "auto") return option;
  if (!find_model(model).gains_from_bf16) return "off";
#if defined(__x86_64__)
  if (device == "cpu" && __builtin_cpu_supports("avx512bf16")) return "bf16";
#endif
  return "off";
}

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
