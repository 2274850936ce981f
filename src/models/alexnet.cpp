#include "models/alexnet.h"

#include <array>

#include "models/dropout.h"
#include "models/model.h"

namespace beatbench::models {
namespace {

struct AlexNetLayer {
  int filters;  // in units of the first convolution's
  int kernel, stride, padding;
  bool pooled;
};
constexpr std::array kAlexNetLayers = {AlexNetLayer{1, 11, 4, 2, true}, AlexNetLayer{3, 5, 1, 2, true},
                                       AlexNetLayer{6, 3, 1, 1, false}, AlexNetLayer{4, 3, 1, 1, false},
                                       AlexNetLayer{4, 3, 1, 1, true}};

class AlexNet final : public BeatModel {
 public:
  AlexNet(const ModelShape& shape, int filters, int dense, double dropout, bool batch_norm) {
    int in = shape.channels, height = shape.height, width = shape.length;
    const auto shrink = [&](int kernel, int stride, int padding) {
      for (int* size : {&height, &width}) {
        *size = (*size + 2 * padding - kernel) / stride + 1;
      }
    };
    for (const AlexNetLayer& layer : kAlexNetLayers) {
      const std::string number = std::to_string(convolutions_.size() + 1);
      const int out = layer.filters * filters;
      convolutions_.push_back(register_module(
          "conv" + number,
          torch::nn::Conv2d(
              torch::nn::Conv2dOptions(in, out, layer.kernel).stride(layer.stride).padding(layer.padding))));
      torch::nn::init::kaiming_normal_(convolutions_.back()->weight, 0.0, torch::kFanIn, torch::kReLU);
      torch::nn::init::zeros_(convolutions_.back()->bias);
      if (batch_norm) norms_.push_back(register_module("norm" + number, torch::nn::BatchNorm2d(out)));
      shrink(layer.kernel, layer.stride, layer.padding);
      if (layer.pooled) shrink(3, 2, 0);
      in = out;
    }
    dropout_ = register_module("dropout", Dropout(dropout));
    dense1_ = register_module("dense1", torch::nn::Linear(in * height * width, dense));
    dense2_ = register_module("dense2", torch::nn::Linear(dense, dense));
    head_ = register_module("head", torch::nn::Linear(dense, shape.outputs));
  }

  torch::Tensor forward(torch::Tensor batch) override {
    torch::Tensor x = batch;
    for (std::size_t i = 0; i < convolutions_.size(); ++i) {
      x = convolutions_[i](x);
      if (!norms_.empty()) x = norms_[i](x);
      x = torch::relu(x);
      if (kAlexNetLayers[i].pooled) x = torch::max_pool2d(x, 3, 2);
    }
    x = torch::relu(dense1_(dropout_(x.flatten(1))));
    x = torch::relu(dense2_(dropout_(x)));
    return head_(x);
  }

 private:
  std::vector<torch::nn::Conv2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> norms_;
  Dropout dropout_{nullptr};
  torch::nn::Linear dense1_{nullptr}, dense2_{nullptr}, head_{nullptr};
};

}  // namespace

std::shared_ptr<BeatModel> make_alexnet(const ModelShape& shape, const ModelOptions& options) {
  return std::make_shared<AlexNet>(shape, static_cast<int>(options.at("filters")),
                                   static_cast<int>(options.at("dense")), options.at("dropout"),
                                   options.at("batch_norm") >= 0.5);
}

}  // namespace beatbench::models
