#pragma once

#include <c10/util/Exception.h>

#include <exception>
#include <stdexcept>
#include <string>

#include "beatbench/runtime/torch_backend.h"

namespace beatbench {

/// See TorchBackend::info. The reference BLAS is slow, and so is OpenBLAS with its own threads, which fight LibTorch's
/// for the cores.
TorchInfo torch_info();

/// An exception's text without the stack trace that LibTorch appends.
std::string error_text(const std::exception& error);

/// What `action` returns. An exception of LibTorch becomes a std::runtime_error with its text alone.
template <typename Action>
auto without_stack_trace(const Action& action) {
  try {
    return action();
  } catch (const c10::Error& error) {
    throw std::runtime_error(error_text(error));
  }
}

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
