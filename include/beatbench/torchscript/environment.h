#pragma once

#include <map>
#include <string>

namespace beatbench {

/// The libraries that computations run on, by name: "libtorch" -> "1.13.1".
std::map<std::string, std::string> library_versions();

/// What else decides how fast and how exact operators run, by name: environment variables of OpenMP, OpenBLAS, MKL,
/// oneDNN and CUDA that are set, by the user or by restart_with_fast_settings, the engine of int8 operators, and TF32
/// and cuDNN's modes where there is CUDA.
std::map<std::string, std::string> library_settings();

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

/// What runs int8 operators.
struct QuantizedEngine {
  std::string name;  ///< as LibTorch calls it: "X86", "FBGEMM", "ONEDNN", "QNNPACK"
  /// The bits that activations may use here. The processor's older multiply-add of 8 by 8 bits (AVX2, AVX-512 without
  /// VNNI) adds two products in 16 bits and clips the sum at 32767: 2 x 255 x 127 is clipped, 2 x 127 x 127 is not, so
  /// there it is 7. QNNPACK adds in 32 bits.
  int activation_bits = 8;
};

/// Makes LibTorch use the best engine of those it was built with, for the whole process, and says which. Packed weights
/// are packed for the engine that is in use when they are loaded and run on no other, so every int8 model is made and
/// opened after this. @throws Error(unsupported) if there is none.
QuantizedEngine use_best_quantized_engine();

}  // namespace beatbench
