#include "models/cnn2d.h"

#include <array>

#include "models/dropout.h"
#include "models/model.h"

namespace beatbench::models {
namespace {

constexpr int kPairs = 3;

class Cnn2d final : public BeatModel {
 public:
  Cnn2d(const ModelShape& shape, int filters, int dense, double dropout, int padding) {
    int in = shape.channels, height = shape.height, width = shape.length;
    for (int pair = 0; pair < kPairs; ++pair) {
      const int out = filters << pair;
      for (int i = 0; i < 2; ++i) {
        const std::string number = std::to_string(2 * pair + i + 1);
        convolutions_.push_back(
            register_module("conv" + number, torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(padding))));
        norms_.push_back(register_module("norm" + number, torch::nn::BatchNorm2d(out)));
        in = out;
        height -= 2 - 2 * padding;
        width -= 2 - 2 * padding;
      }
      height /= 2;
      width /= 2;
    }
    dense_ = register_module("dense", torch::nn::Linear(in * height * width, dense));
    dense_norm_ = register_module("dense_norm", torch::nn::BatchNorm1d(dense));
    dropout_ = register_module("dropout", Dropout(dropout));
    head_ = register_module("head", torch::nn::Linear(dense, shape.outputs));
    for (const auto& parameter : named_parameters()) {
      if (parameter.key().ends_with("bias")) torch::nn::init::zeros_(parameter.value());
      if (parameter.value().dim() > 1) torch::nn::init::xavier_uniform_(parameter.value());
    }
  }

  torch::Tensor forward(torch::Tensor batch) override {
    torch::Tensor x = batch;
    for (std::size_t i = 0; i < convolutions_.size(); ++i) {
      x = norms_[i](torch::elu(convolutions_[i](x)));
      if (i % 2 == 1) x = torch::max_pool2d(x, 2);
    }
    return head_(dropout_(dense_norm_(torch::elu(dense_(x.flatten(1))))));
  }

 private:
  std::vector<torch::nn::Conv2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> norms_;
  torch::nn::Linear dense_{nullptr}, head_{nullptr};
  torch::nn::BatchNorm1d dense_norm_{nullptr};
  Dropout dropout_{nullptr};
};

}  // namespace

std::shared_ptr<BeatModel> make_cnn2d(const ModelShape& shape, const ModelOptions& options) {
  return std::make_shared<Cnn2d>(shape, static_cast<int>(options.at("filters")), static_cast<int>(options.at("dense")),
                                 options.at("dropout"), static_cast<int>(options.at("padding")));
}

}  // namespace beatbench::models
