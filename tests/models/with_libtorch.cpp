// These tests are linked with LibTorch, where the programs open a library.
#include "beatbench/runtime/torch_backend.h"

extern "C" beatbench::TorchBackend* beatbench_torch_backend();

namespace {

[[maybe_unused]] const bool is_given = [] {
  beatbench::use_torch_backend(*beatbench_torch_backend());
  return true;
}();

}  // namespace
