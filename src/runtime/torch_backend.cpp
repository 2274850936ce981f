#include "beatbench/runtime/torch_backend.h"

#include <dlfcn.h>

#include <cstdlib>
#include <string_view>

#include "beatbench/core/error.h"
#include "core/shared_library.h"

namespace beatbench {
namespace {

constexpr std::string_view kLibrary = BEATBENCH_TORCH_LIBRARY;  // "" in a build without LibTorch

TorchBackend* backend = nullptr;

void set_if_absent(const char* name, const char* value) {
  if (value != nullptr) ::setenv(name, value, /*overwrite=*/0);
}

// What OpenBLAS and OpenMP read when they are loaded.
// - OPENBLAS_CORETYPE: OpenBLAS 0.3.21 does not know processors newer than itself and falls back to its oldest
//   kernels, at a seventh of the speed. It is loaded once to ask which it takes.
// - OMP_WAIT_POLICY=passive: OpenMP threads that spin while they wait slow a shared machine down several times over.
void set_fast_settings() {
  if (std::getenv("GOMP_SPINCOUNT") == nullptr) set_if_absent("OMP_WAIT_POLICY", "passive");
#if defined(__x86_64__)
  void* blas = ::dlopen("libblas.so.3", RTLD_LAZY | RTLD_LOCAL);
  if (blas == nullptr) return;
  const auto core_name = reinterpret_cast<char* (*)()>(::dlsym(blas, "openblas_get_corename"));
  const std::string kernels = core_name != nullptr ? core_name() : "";
  ::dlclose(blas);
  if (kernels == "Prescott" || kernels == "Core2") {
    set_if_absent("OPENBLAS_CORETYPE", __builtin_cpu_supports("avx512f") ? "SkylakeX"
                                       : __builtin_cpu_supports("avx2")  ? "Haswell"
                                                                         : nullptr);
  }
#endif
}

}  // namespace

bool has_torch_backend() { return backend != nullptr || !kLibrary.empty(); }

void use_torch_backend(TorchBackend& given) { backend = &given; }

TorchBackend& torch_backend() {
  if (backend != nullptr) return *backend;
  if (kLibrary.empty()) {
    throw Error(
        ErrorKind::unsupported, "LibTorch",
        "this build of beatbench has none (it was built with BEATBENCH_TORCH=OFF); it can neither train nor run "
        "checkpoints and TorchScript files");
  }
  set_fast_settings();
  const auto make =
      reinterpret_cast<TorchBackend* (*)()>(open_own_library(std::string(kLibrary)).symbol(kTorchBackendSymbol));
  backend = make();
  return *backend;
}

}  // namespace beatbench
