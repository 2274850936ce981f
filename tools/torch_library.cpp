// The library that beatbench opens when it first needs LibTorch: see beatbench/runtime/torch_backend.h.
#include "beatbench/models/checkpoint.h"
#include "beatbench/runtime/torch_backend.h"
#include "models/libtorch_versions.h"
#include "torchscript/engines.h"
#include "torchscript/environment.h"
#include "torchscript/lower.h"
#include "torchscript/writers.h"
#include "training/process_group.h"
#include "training/train.h"

namespace beatbench {
namespace {

// Runs what opens or writes models, int8 ones perhaps among them: training alone keeps the processor's AMX.
template <typename Work>
auto with_models(const Work& work) {
  libtorch::keep_int8_off_amx();
  return without_stack_trace(work);
}

class LibTorch final : public TorchBackend {
 public:
  TorchInfo info() override { return torch_info(); }

  int set_threads(int threads) override { return set_compute_threads(threads); }

  std::string resolve_device(const std::string& option) override { return beatbench::resolve_device(option); }

  std::unique_ptr<Engine> open_torchscript(const std::filesystem::path& file, Trust trust) override {
    return with_models([&] { return engines::open_torchscript(file, trust); });
  }

  std::unique_ptr<Engine> open_checkpoint(const std::filesystem::path& file) override {
    return with_models([&] { return engines::open_checkpoint(file); });
  }

  ModelDescription describe_checkpoint(const std::filesystem::path& file) override {
    return without_stack_trace([&] { return load_checkpoint(file).description; });
  }

  std::shared_ptr<ProcessGroup> join_process_group(const LaunchEnvironment& place,
                                                   std::chrono::seconds timeout) override {
    return without_stack_trace([&] { return beatbench::join_process_group(place, timeout); });
  }

  TrainingResult train(const TrainingRequest& request) override {
    return without_stack_trace([&] { return train_model(request); });
  }

  std::string write(const std::filesystem::path& checkpoint, std::string_view format,
                    const BeatSet& calibration) override {
    return with_models([&] {
      if (format == "int8") use_best_quantized_engine();
      const Checkpoint loaded = load_checkpoint(checkpoint);
      return format == "int8" ? formats::write_int8(loaded, calibration)
                              : formats::write_torchscript(loaded, calibration);
    });
  }

  graph::Graph lower(const std::filesystem::path& file) override {
    return without_stack_trace([&] { return lower_file(file); });
  }
};

}  // namespace
}  // namespace beatbench

extern "C" beatbench::TorchBackend* beatbench_torch_backend() {
  static beatbench::LibTorch backend;
  return &backend;
}
