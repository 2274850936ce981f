// These tests are linked with LibTorch, where the programs open a library.
#include "beatbench/runtime/torch_backend.h"
#include "models/libtorch_versions.h"

extern "C" beatbench::TorchBackend* beatbench_torch_backend();

namespace {

[[maybe_unused]] const bool is_given = [] {
  beatbench::libtorch::keep_int8_off_amx();  // before the first operator of any test
  beatbench::use_torch_backend(*beatbench_torch_backend());
  return true;
}();

}  // namespace
