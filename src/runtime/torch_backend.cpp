#include "beatbench/runtime/torch_backend.h"

#include <dlfcn.h>
#include <unistd.h>

#include <cstdlib>
#include <string_view>

#include "beatbench/core/error.h"
#include "core/shared_library.h"

namespace beatbench {
namespace {

constexpr std::string_view kLibrary = BEATBENCH_TORCH_LIBRARY;  // "" in a build without LibTorch

TorchBackend* backend = nullptr;

}  // namespace

void make_threads_wait_passively(char** argv) {
  if (std::getenv("OMP_WAIT_POLICY") != nullptr || std::getenv("GOMP_SPINCOUNT") != nullptr) return;
  ::setenv("OMP_WAIT_POLICY", "passive", 1);
  if (::dlopen("libgomp.so.1", RTLD_LAZY | RTLD_NOLOAD) == nullptr) return;
  ::execv("/proc/self/exe", argv);  // returns only if it failed: slow beside others, but right
}

void choose_blas_kernels() {
#if defined(__x86_64__)
  void* blas = ::dlopen("libblas.so.3", RTLD_LAZY | RTLD_LOCAL);
  if (blas == nullptr) return;
  const auto core_name = reinterpret_cast<char* (*)()>(::dlsym(blas, "openblas_get_corename"));
  const std::string kernels = core_name != nullptr ? core_name() : "";
  ::dlclose(blas);
  if (kernels != "Prescott" && kernels != "Core2") return;
  if (__builtin_cpu_supports("avx512f"))
    ::setenv("OPENBLAS_CORETYPE", "SkylakeX", /*overwrite=*/0);
  else if (__builtin_cpu_supports("avx2"))
    ::setenv("OPENBLAS_CORETYPE", "Haswell", /*overwrite=*/0);
#endif
}

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
  choose_blas_kernels();
  const auto make =
      reinterpret_cast<TorchBackend* (*)()>(open_own_library(std::string(kLibrary)).symbol(kTorchBackendSymbol));
  backend = make();
  return *backend;
}

}  // namespace beatbench
