#pragma once

#include <map>
#include <string>

namespace beatbench {

/// The libraries that computations run on, by name: "libtorch" -> "1.13.1".
std::map<std::string, std::string> library_versions();

/// Which BLAS is loaded, as far as it says; and why that is slow, where it is: the reference BLAS, or OpenBLAS with
/// its own threads, which fight LibTorch's for the cores.
struct Blas {
  std::string description;  ///< for example "OpenBLAS 0.3.21 (OpenMP)"
  std::string warning;      ///< empty where all is well
};
Blas loaded_blas();

/// Two settings are read from the environment before main begins, so where they are missing this sets them and starts
/// the program anew; to be called first thing in main.
/// - OPENBLAS_CORETYPE: OpenBLAS 0.3.21 does not know processors newer than itself and falls back to its oldest
///   kernels, at a seventh of the speed.
/// - OMP_WAIT_POLICY=passive: OpenMP threads that spin while they wait slow a shared machine down several times over.
void restart_with_fast_settings(char** argv);

/// Sets the number of threads of LibTorch's operators; its own default may be 1. `threads` 0: one for each processor
/// that this process may run on. Returns the number set.
int set_compute_threads(int threads);

}  // namespace beatbench
