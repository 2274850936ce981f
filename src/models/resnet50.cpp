#include "models/resnet50.h"

#include <array>

#include "models/model.h"

namespace beatbench::models {
namespace {

constexpr std::array kResNet50Units = {3, 4, 6, 3};
constexpr int kExpansion = 4;  // a unit's output has so many times the filters of its 3x3 convolution

torch::nn::Conv2d resnet50_convolution(int in, int out, int kernel, int stride) {
  torch::nn::Conv2d conv(torch::nn::Conv2dOptions(in, out, kernel).stride(stride).padding(kernel / 2).bias(false));
  torch::nn::init::kaiming_normal_(conv->weight, 0.0, torch::kFanOut, torch::kReLU);
  return conv;
}

class Bottleneck final : public torch::nn::Module {
 public:
  Bottleneck(int in, int filters, int stride) {
    const int out = kExpansion * filters;
    conv1_ = register_module("conv1", resnet50_convolution(in, filters, 1, 1));
    norm1_ = register_module("norm1", torch::nn::BatchNorm2d(filters));
    conv2_ = register_module("conv2", resnet50_convolution(filters, filters, 3, stride));
    norm2_ = register_module("norm2", torch::nn::BatchNorm2d(filters));
    conv3_ = register_module("conv3", resnet50_convolution(filters, out, 1, 1));
    norm3_ = register_module("norm3", torch::nn::BatchNorm2d(out));
    if (in == out && stride == 1) return;
    skip_ = register_module("skip", resnet50_convolution(in, out, 1, stride));
    skip_norm_ = register_module("skip_norm", torch::nn::BatchNorm2d(out));
  }

  torch::Tensor forward(const torch::Tensor& x) {
    torch::Tensor y = torch::relu(norm1_(conv1_(x)));
    y = torch::relu(norm2_(conv2_(y)));
    return torch::relu(norm3_(conv3_(y)) + (skip_.is_empty() ? x : skip_norm_(skip_(x))));
  }

 private:
  torch::nn::Conv2d conv1_{nullptr}, conv2_{nullptr}, conv3_{nullptr}, skip_{nullptr};
  torch::nn::BatchNorm2d norm1_{nullptr}, norm2_{nullptr}, norm3_{nullptr}, skip_norm_{nullptr};
};

class ResNet50 final : public BeatModel {
 public:
  ResNet50(const ModelShape& shape, int filters) {
    stem_ = register_module("stem", resnet50_convolution(shape.channels, filters, 7, 2));
    norm_ = register_module("norm", torch::nn::BatchNorm2d(filters));
    int in = filters;
    for (std::size_t stage = 0; stage < kResNet50Units.size(); ++stage) {
      for (int i = 0; i < kResNet50Units[stage]; ++i) {
        const int out = filters << stage, stride = stage > 0 && i == 0 ? 2 : 1;
        units_.push_back(
            register_module("unit" + std::to_string(units_.size() + 1), std::make_shared<Bottleneck>(in, out, stride)));
        in = kExpansion * out;
      }
    }
    head_ = register_module("head", torch::nn::Linear(in, shape.outputs));
  }

  torch::Tensor forward(torch::Tensor batch) override {
    torch::Tensor x = torch::max_pool2d(torch::relu(norm_(stem_(batch))), 3, 2, 1);
    for (const auto& unit : units_) x = unit->forward(x);
    return head_(torch::adaptive_avg_pool2d(x, {1, 1}).flatten(1));
  }

 private:
  torch::nn::Conv2d stem_{nullptr};
  torch::nn::BatchNorm2d norm_{nullptr};
  std::vector<std::shared_ptr<Bottleneck>> units_;
  torch::nn::Linear head_{nullptr};
};

}  // namespace

std::shared_ptr<BeatModel> make_resnet50(const ModelShape& shape, const ModelOptions& options) {
  return std::make_shared<ResNet50>(shape, static_cast<int>(options.at("filters")));
}

}  // namespace beatbench::models
