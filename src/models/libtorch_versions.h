#pragma once

#include <ATen/autocast_mode.h>
#include <torch/csrc/jit/passes/tensorexpr_fuser.h>
#include <torch/torch.h>
#include <torch/version.h>

#include <cstdlib>
#include <sstream>
#include <string>
#include <type_traits>

// All that differs between the versions of LibTorch that beatbench is built with, 1.13 and 2.6.
namespace beatbench::libtorch {

inline constexpr bool is_version_1 = TORCH_VERSION_MAJOR == 1;

/// The key under which an optimiser keeps a weight's state: its address, which version 1 writes as text.
template <typename Key>
Key key_of_state(const torch::Tensor& weight) {
  if constexpr (std::is_same_v<Key, std::string>) {
    std::ostringstream text;
    text << weight.unsafeGetTensorImpl();
    return text.str();
  } else {
    return Key(weight.unsafeGetTensorImpl());
  }
}

/// Whether operators that gain from it compute in bfloat16, on the CPU or on CUDA.
inline void set_bfloat16_autocast(bool cuda, bool enabled) {
#if TORCH_VERSION_MAJOR == 1
  if (cuda) {
    at::autocast::set_autocast_gpu_dtype(torch::kBFloat16);
    at::autocast::set_enabled(enabled);
  } else {
    at::autocast::set_autocast_cpu_dtype(torch::kBFloat16);
    at::autocast::set_cpu_enabled(enabled);
  }
#else
  const at::DeviceType device = cuda ? at::kCUDA : at::kCPU;
  at::autocast::set_autocast_dtype(device, torch::kBFloat16);
  at::autocast::set_autocast_enabled(device, enabled);
#endif
}

/// To be called before a TorchScript model is loaded: version 2 would compile its elementwise operators with LLVM when
/// they are first run, which takes minutes and gives other last digits.
inline void leave_operators_unfused() {
  if constexpr (!is_version_1) torch::jit::setTensorExprFuserEnabled(false);
}

/// To be called before any operator runs, where int8 ones may: oneDNN 3.7, which comes with LibTorch 2.6, computes int8
/// convolutions wrongly with AMX if they have 16 to 63 input channels and kernels 8 or 16 wide. Without AMX it is
/// right.
inline void keep_int8_off_amx() {
  if constexpr (!is_version_1) ::setenv("ONEDNN_MAX_CPU_ISA", "AVX512_CORE_FP16", /*overwrite=*/0);
}

/// A store of c10d whose options may have been told to use libuv, which not every build of version 2 has.
template <typename StoreOptions>
void use_own_sockets(StoreOptions& options) {
  if constexpr (requires { options.useLibUV; }) options.useLibUV = false;
}

}  // namespace beatbench::libtorch
