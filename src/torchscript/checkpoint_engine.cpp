#include "beatbench/models/checkpoint.h"
#include "models/model.h"
#include "torchscript/engines.h"
#include "torchscript/environment.h"

namespace beatbench::engines {
namespace {

class CheckpointEngine final : public Engine {
 public:
  explicit CheckpointEngine(const std::filesystem::path& file) : Engine(file) {
    Checkpoint checkpoint = load_checkpoint(file);
    model_ = checkpoint.model;
    description_ = checkpoint.description;
  }

 private:
  Answer run_batch(std::span<const float> batch, int count) override {
    const torch::NoGradGuard no_grad;
    const torch::Tensor in = torch::from_blob(const_cast<float*>(batch.data()), description_.shape.dimensions(count));
    const torch::Tensor out = without_stack_trace([&] { return model_->forward(in).contiguous(); });
    return {{out.data_ptr<float>(), out.data_ptr<float>() + out.numel()}, out.sizes().vec()};
  }

  std::shared_ptr<BeatModel> model_;
};

}  // namespace

std::unique_ptr<Engine> open_checkpoint(const std::filesystem::path& file) {
  return std::make_unique<CheckpointEngine>(file);
}

}  // namespace beatbench::engines
