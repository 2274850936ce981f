#include "models/model.h"
#include "torchscript/engines.h"

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
    const torch::Tensor out = model_->forward(in).contiguous();
    return {{out.data_ptr<float>(), out.data_ptr<float>() + out.numel()}, out.sizes().vec()};
  }

  std::shared_ptr<BeatModel> model_;
};

}  // namespace

bool is_checkpoint(const std::filesystem::path& file) {
  return file.extension() == ".pt" && !is_torchscript(file) && std::filesystem::is_regular_file(file);
}

// A checkpoint of ours holds no code to run, so that there is nothing to be trusted.
std::unique_ptr<Engine> open_checkpoint(const std::filesystem::path& file, Trust /*trust*/) {
  return std::make_unique<CheckpointEngine>(file);
}

}  // namespace beatbench::engines
