#include <ATen/Parallel.h>
#include <torch/script.h>

#include "beatbench/core/error.h"
#include "beatbench/core/memory.h"
#include "beatbench/runtime/model_file.h"
#include "models/libtorch_versions.h"
#include "runtime/trial.h"
#include "torchscript/engines.h"
#include "torchscript/environment.h"

namespace beatbench::engines {
namespace {

// What opening a file and answering one input may take beside several copies of what is in it: the activations of any
// model here are less than half of it.
constexpr std::uint64_t kMostMoreMemory = std::uint64_t{512} << 20;
constexpr std::uint64_t kCopiesInMemory = 6;

// Threads take memory, too: they are all started before a limit is set.
void start_threads() {
  at::parallel_for(0, at::get_num_threads(), 1, [](std::int64_t, std::int64_t) {});
}

class TorchScriptEngine final : public Engine {
 public:
  TorchScriptEngine(const std::filesystem::path& file, Trust trust) : Engine(file) {
    check_archive(file, trust);
    libtorch::leave_operators_unfused();
    const std::string text = description_text(file).value_or("");
    description_ = parse_description(text, file.string() + ": " + kDescriptionEntry);
    if (description_.precision != "float32") use_best_quantized_engine();
    if (trust == Trust::by_looking) {
      constexpr int seconds = 20;  // of a processor
      try_in_copy(file.string(), seconds, [&] {
        at::set_num_threads(1);
        open();
      });
    }
    start_threads();
    open();
  }

 private:
  void open() {
    const std::string file = file_;
    try {
      const MemoryLimit limit(kMostMoreMemory + kCopiesInMemory * std::filesystem::file_size(file));
      module_ = torch::jit::load(file, torch::kCPU);
      module_.eval();
      // Whether it answers as it says. Also, oneDNN's int8 operators keep what they made for the shape that they see
      // first, and make all anew for every other: a single window should not pay for that.
      run(std::vector<float>(static_cast<std::size_t>(description_.shape.input_size())), 1);
    } catch (const Error&) {
      throw;
    } catch (const std::bad_alloc&) {
      throw Error(ErrorKind::data, file, "takes more memory than a model of its size needs");
    } catch (const std::exception& error) {
      throw Error(ErrorKind::data, file, "cannot be loaded and run: " + error_text(error));
    }
  }

  Answer run_batch(std::span<const float> batch, int count) override {
    const c10::InferenceMode inference;
    const torch::Tensor in = torch::from_blob(const_cast<float*>(batch.data()), description_.shape.dimensions(count));
    const c10::IValue answer = without_stack_trace([&] { return module_.forward({in}); });
    if (!answer.isTensor()) throw Error(ErrorKind::data, file_, "answers with " + answer.tagKind() + ", not a tensor");
    const torch::Tensor out = answer.toTensor().to(torch::kCPU, torch::kFloat).contiguous();
    return {{out.data_ptr<float>(), out.data_ptr<float>() + out.numel()}, out.sizes().vec()};
  }

  torch::jit::Module module_;
};

}  // namespace

std::unique_ptr<Engine> open_torchscript(const std::filesystem::path& file, Trust trust) {
  return std::make_unique<TorchScriptEngine>(file, trust);
}

}  // namespace beatbench::engines
