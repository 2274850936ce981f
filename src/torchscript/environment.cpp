#include "torchscript/environment.h"

#include <dlfcn.h>
#include <sched.h>
#include <torch/torch.h>
#include <torch/version.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string_view>

#include "beatbench/core/error.h"
#include "models/libtorch_versions.h"

namespace beatbench {
namespace {

template <typename Function>
Function* loaded_symbol(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
}

std::map<std::string, std::string> library_settings() {
  std::map<std::string, std::string> settings;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string_view text = *entry;
    const std::size_t equals = text.find('=');
    const std::string_view name = text.substr(0, equals);
    constexpr std::array<std::string_view, 9> kPrefixes = {"OMP_",  "GOMP_",   "KMP_",  "OPENBLAS_",  "MKL_",
                                                           "DNNL_", "ONEDNN_", "CUDA_", "NVIDIA_TF32"};
    const bool counts =
        std::ranges::any_of(kPrefixes, [&](std::string_view prefix) { return name.starts_with(prefix); });
    if (counts && equals != std::string_view::npos) settings[std::string(name)] = text.substr(equals + 1);
  }
  settings["int8_engine"] = toString(at::globalContext().qEngine());
  if (torch::cuda::is_available()) {
    const auto word = [](bool on) { return on ? "on" : "off"; };
    settings["tf32_matmul"] = word(at::globalContext().allowTF32CuBLAS());
    settings["tf32_cudnn"] = word(at::globalContext().allowTF32CuDNN());
    settings["cudnn_benchmark"] = word(at::globalContext().benchmarkCuDNN());
    settings["cudnn_deterministic"] = word(at::globalContext().deterministicCuDNN());
  }
  return settings;
}

// Which BLAS is loaded, as far as it says.
struct Blas {
  std::string description, warning;
};

Blas loaded_blas() {
  // OpenBLAS says itself how it was built: openblas_get_parallel() is 0 without threads, 1 with its own, 2 with OpenMP.
  auto* config = loaded_symbol<char*()>("openblas_get_config");
  auto* parallel = loaded_symbol<int()>("openblas_get_parallel");
  if (config && parallel) {
    const int kind = parallel();
    auto* core = loaded_symbol<char*()>("openblas_get_corename");
    const std::string text = std::string(config()) + (core ? std::string(", kernels for ") + core() : "") +
                             (kind == 2   ? " (OpenMP)"
                              : kind == 1 ? " (own threads)"
                                          : " (no threads)");
    if (kind == 1) {
      return {text, "OpenBLAS with its own threads fights LibTorch for the cores; install libopenblas0-openmp"};
    }
    return {text, ""};
  }
  if (loaded_symbol<void()>("MKL_Get_Version_String") || loaded_symbol<void()>("mkl_get_version_string"))
    return {"MKL", ""};
  if (loaded_symbol<void()>("bli_info_get_version_str")) return {"BLIS", ""};
  if (torch::cuda::is_available() || at::hasMKL()) return {"built into LibTorch", ""};
  return {"reference BLAS", "the reference BLAS is up to 20 times slower than OpenBLAS; install libopenblas0-openmp"};
}

// One convolution that is known to have gone wrong (libtorch::keep_int8_off_amx), of numbers that int8 holds exactly.
bool convolves_rightly() {
  constexpr std::int64_t channels = 16, width = 16, length = 40;
  const auto whole = torch::TensorOptions(torch::kFloat);
  const torch::Tensor input = torch::arange(channels * length, whole).remainder(7).reshape({1, channels, 1, length});
  const torch::Tensor weight =
      torch::arange(channels * channels * width, whole).remainder(5).sub(2).reshape({channels, channels, 1, width});
  const torch::Tensor expected = torch::conv2d(input, weight);
  const double scale = std::max(expected.abs().max().item<double>() / 100, 1.0);
  const auto call = [](const char* name, const char* overload, torch::jit::Stack stack) {
    c10::Dispatcher::singleton().findSchemaOrThrow(name, overload).callBoxed(&stack);
    return stack.at(0);
  };
  const c10::List<std::int64_t> ones({1, 1}), zeros({0, 0});
  const c10::IValue packed =
      call("quantized::conv2d_prepack", "",
           {at::quantize_per_tensor(weight, 1, 0, at::kQInt8), c10::IValue(), ones, zeros, ones, std::int64_t{1}});
  const torch::Tensor found =
      call("quantized::conv2d", "new",
           {at::quantize_per_tensor(input, 1, 0, at::kQUInt8), packed, scale, std::int64_t{128}})
          .toTensor();
  return (found.dequantize() - expected).abs().max().item<double>() <= scale;
}

}  // namespace

TorchInfo torch_info() {
  const Blas blas = loaded_blas();
  return {{{"libtorch", TORCH_VERSION}, {"libtorch_cuda", torch::cuda::is_available() ? "available" : "none"}},
          library_settings(),
          blas.description,
          blas.warning};
}

std::string error_text(const std::exception& error) {
  const auto* torch_error = dynamic_cast<const c10::Error*>(&error);
  return torch_error ? torch_error->what_without_backtrace() : error.what();
}

int set_compute_threads(int threads) {
  if (threads <= 0) {
    cpu_set_t allowed;
    CPU_ZERO(&allowed);
    threads = ::sched_getaffinity(0, sizeof allowed, &allowed) == 0 ? CPU_COUNT(&allowed) : 1;
  }
  at::set_num_threads(std::max(threads, 1));
  return at::get_num_threads();
}

QuantizedEngine use_best_quantized_engine() {
  libtorch::keep_int8_off_amx();
  // X86 picks the faster of the next two for each operator. On a processor with VNNI, ONEDNN runs a 2D convolution at
  // four times the speed of float32; QNNPACK is made for ARM and is slower than float32 here.
  constexpr std::array best_first = {at::QEngine::X86, at::QEngine::FBGEMM, at::QEngine::ONEDNN, at::QEngine::QNNPACK};
  const auto& present = at::globalContext().supportedQEngines();
  const auto* best = std::ranges::find_if(
      best_first, [&](at::QEngine engine) { return std::ranges::find(present, engine) != present.end(); });
  if (best == best_first.end()) throw Error(ErrorKind::unsupported, "int8", "this LibTorch has no engine for it");
  if (at::globalContext().qEngine() != *best) at::globalContext().setQEngine(*best);
  QuantizedEngine engine{toString(*best)};
#if defined(__x86_64__)
  const bool adds_in_32_bits = __builtin_cpu_supports("avx512vnni") || __builtin_cpu_supports("avxvnni");
  if (*best != at::QEngine::QNNPACK && !adds_in_32_bits) engine.activation_bits = 7;
#endif
  static const bool is_right = convolves_rightly();
  if (!is_right) {
    throw Error(ErrorKind::unsupported, "int8",
                "this LibTorch's convolutions are wrong on this processor; ONEDNN_MAX_CPU_ISA=AVX512_CORE_FP16 in the "
                "environment avoids those with AMX");
  }
  return engine;
}

}  // namespace beatbench
