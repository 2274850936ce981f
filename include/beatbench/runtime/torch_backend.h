#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/model_description.h"
#include "beatbench/graph/graph.h"
#include "beatbench/runtime/engine.h"
#include "beatbench/runtime/training.h"

namespace beatbench {

/// What LibTorch says of itself and of this process.
struct TorchInfo {
  std::map<std::string, std::string> versions;  ///< "libtorch" -> "1.13.1"
  /// What else decides how fast and how exact operators run, by name: environment variables of OpenMP, OpenBLAS, MKL,
  /// oneDNN and CUDA that are set, the engine of int8 operators, and TF32 and cuDNN's modes where there is CUDA.
  std::map<std::string, std::string> settings;
  std::string blas;          ///< for example "OpenBLAS 0.3.21 (OpenMP)"
  std::string blas_warning;  ///< why that is slow, where it is; "": all is well
};

/// All that is asked of LibTorch. It stands in a library of its own, beside the programs, that is opened when the first
/// of these is needed: nothing else of beatbench knows LibTorch.
/// Each function throws Error, or std::exception with a text without a stack trace.
class TorchBackend {
 public:
  virtual ~TorchBackend() = default;

  virtual TorchInfo info() = 0;

  /// Sets the number of threads of operators, whose own default may be 1. 0: one for each processor that this process
  /// may run on. Returns the number set.
  virtual int set_threads(int threads) = 0;

  /// The device that a training with this option (auto, cpu, cuda) runs on: "cpu" or "cuda".
  /// @throws Error(usage) for "cuda" where this build or machine has none.
  virtual std::string resolve_device(const std::string& option) = 0;

  virtual std::unique_ptr<Engine> open_torchscript(const std::filesystem::path& file, Trust trust) = 0;
  virtual std::unique_ptr<Engine> open_checkpoint(const std::filesystem::path& file) = 0;

  /// The description in a checkpoint. @throws Error(io), Error(data) as open_checkpoint.
  virtual ModelDescription describe_checkpoint(const std::filesystem::path& file) = 0;

  /// Meets the others of a launch. nullptr for a process that is alone.
  /// @throws Error(unsupported) where LibTorch lacks c10d; Error(io) if the others do not come within `timeout`.
  virtual std::shared_ptr<ProcessGroup> join_process_group(const LaunchEnvironment& place,
                                                           std::chrono::seconds timeout) = 0;

  /// See training/train.h.
  virtual TrainingResult train(const TrainingRequest& request) = 0;

  /// The whole content of a file in a format, "torchscript" or "int8". `calibration`: windows of the model's own
  /// training data, in its own form of input; empty where the format needs none.
  /// @throws Error(usage) where it needs some, Error(unsupported) if the model cannot be written so.
  virtual std::string write(const std::filesystem::path& checkpoint, std::string_view format,
                            const BeatSet& calibration) = 0;

  /// The network in a checkpoint, or in a TorchScript file made by convert, as a graph.
  /// @throws Error as open_model; Error(unsupported) naming an operator that the graph has no word for.
  virtual graph::Graph lower(const std::filesystem::path& file) = 0;
};

/// Whether this build has the library; that it can be opened is another question.
bool has_torch_backend();

/// Opens the library at the first call.
/// @throws Error(unsupported) where this build has none, or where it or LibTorch cannot be opened, and why.
TorchBackend& torch_backend();

/// In the place of a library: for programs that are linked with LibTorch themselves, such as tests.
void use_torch_backend(TorchBackend& backend);

/// OpenMP threads that spin while they wait slow a shared machine down several times over. How they wait is read from
/// OMP_WAIT_POLICY when OpenMP is loaded, so where neither that nor GOMP_SPINCOUNT is set this sets it to passive, and
/// starts the program anew if OpenMP was loaded with it; to be called first thing in main.
void make_threads_wait_passively(char** argv);

/// OpenBLAS 0.3.21 does not know processors newer than itself and falls back to its oldest kernels, at a seventh of the
/// speed. This asks it which it takes, and sets OPENBLAS_CORETYPE to better ones for when it is loaded; torch_backend
/// does so before LibTorch is.
void choose_blas_kernels();

/// The one function that the library gives: a pointer to its TorchBackend.
inline constexpr const char* kTorchBackendSymbol = "beatbench_torch_backend";

}  // namespace beatbench
