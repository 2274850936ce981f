#include "models/context_mlp.h"

#include <array>

#include "models/dropout.h"
#include "models/model.h"

namespace beatbench::models {
namespace {

constexpr double kLargest = 6;  // standard deviations

class ContextMlp final : public BeatModel {
 public:
  ContextMlp(int numbers, int outputs, int hidden, double dropout) : numbers_(numbers) {
    norm_ = register_module("norm", torch::nn::BatchNorm1d(torch::nn::BatchNorm1dOptions(numbers).affine(false)));
    dense1_ = register_module("dense1", torch::nn::Linear(numbers, hidden));
    dense2_ = register_module("dense2", torch::nn::Linear(hidden, hidden));
    head_ = register_module("head", torch::nn::Linear(hidden, outputs));
    dropout_ = register_module("dropout", Dropout(dropout));
  }

  torch::Tensor forward(torch::Tensor batch) override {
    torch::Tensor x = batch.select(2, 0);  // every sample of a number's channel is the number
    x = norm_(x.narrow(1, 1, numbers_)).clamp(-kLargest, kLargest);
    x = dropout_(torch::relu(dense1_(x)));
    x = dropout_(torch::relu(dense2_(x)));
    return head_(x);
  }

 private:
  int numbers_;
  torch::nn::BatchNorm1d norm_{nullptr};
  torch::nn::Linear dense1_{nullptr}, dense2_{nullptr}, head_{nullptr};
  Dropout dropout_{nullptr};
};

}  // namespace

std::shared_ptr<BeatModel> make_context_mlp(const ModelShape& shape, const ModelOptions& options) {
  return std::make_shared<ContextMlp>(shape.channels - 1, shape.outputs, static_cast<int>(options.at("hidden")),
                                      options.at("dropout"));
}

}  // namespace beatbench::models
