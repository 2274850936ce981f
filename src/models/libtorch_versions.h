#pragma once

#include <torch/csrc/jit/passes/tensorexpr_fuser.h>
#include <torch/torch.h>
#include <torch/version.h>

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

/// To be called before a TorchScript model is loaded: version 2 would compile its elementwise operators with LLVM when
/// they are first run, which takes minutes and gives other last digits.
inline void leave_operators_unfused() {
  if constexpr (!is_version_1) torch::jit::setTensorExprFuserEnabled(false);
}

/// A store of c10d whose options may have been told to use libuv, which not every build of version 2 has.
template <typename StoreOptions>
void use_own_sockets(StoreOptions& options) {
  if constexpr (requires { options.useLibUV; }) options.useLibUV = false;
}

}  // namespace beatbench::libtorch
