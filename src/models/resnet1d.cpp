#include "models/resnet1d.h"

#include <algorithm>
#include <array>

#include "models/model.h"

namespace beatbench::models {
namespace {

namespace nn = torch::nn;

constexpr std::array kResNet1dOptions = {
    ModelOption{"filters", "filters of the first convolution; the units have 1, 2, 3 and 4 times as many", 24, 1, 1024},
    ModelOption{"kernel", "length of every convolution in samples", 7, 1, 255},
    ModelOption{"stride", "down-sampling factor of each residual unit", 2, 1, 16},
    ModelOption{"dropout", "share of activations dropped in training", 0.2, 0, 0.9},
};
constexpr int kUnits = 4;

nn::Conv1d convolution(int in, int out, int kernel, int stride) {
  nn::Conv1d conv(nn::Conv1dOptions(in, out, kernel).stride(stride).bias(false));
  nn::init::kaiming_normal_(conv->weight, 0.0, torch::kFanIn, torch::kReLU);
  return conv;
}

// Zeros so that the output has ceil(length / stride) samples, one more at the end than at the start if odd (Keras).
torch::Tensor pad_same(const torch::Tensor& x, int length, int kernel, int stride) {
  const int out = (length + stride - 1) / stride;
  const int total = std::max((out - 1) * stride + kernel - length, 0);
  return total == 0 ? x : torch::constant_pad_nd(x, {total / 2, total - total / 2});
}

struct UnitOutput {
  torch::Tensor activated;  // after batch norm, ReLU and dropout
  torch::Tensor sum;        // before them: what the next skip starts from
};

class ResidualUnit final : public nn::Module {
 public:
  ResidualUnit(int in, int out, int length, int kernel, int stride, double dropout)
      : length_(length), kernel_(kernel), stride_(stride) {
    conv1_ = register_module("conv1", convolution(in, out, kernel, 1));
    norm1_ = register_module("norm1", nn::BatchNorm1d(out));
    conv2_ = register_module("conv2", convolution(out, out, kernel, stride));
    norm2_ = register_module("norm2", nn::BatchNorm1d(out));
    dropout_ = register_module("dropout", nn::Dropout(dropout));
    if (in != out) skip_ = register_module("skip", convolution(in, out, 1, 1));
  }

  UnitOutput forward(const torch::Tensor& x, const torch::Tensor& before) {
    torch::Tensor skip = stride_ > 1 ? torch::max_pool1d(before, stride_, stride_, 0, 1, /*ceil_mode=*/true) : before;
    if (!skip_.is_empty()) skip = skip_(skip);
    torch::Tensor y = dropout_(torch::relu(norm1_(conv1_(pad_same(x, length_, kernel_, 1)))));
    const torch::Tensor sum = conv2_(pad_same(y, length_, kernel_, stride_)) + skip;
    return {dropout_(torch::relu(norm2_(sum))), sum};
  }

 private:
  int length_, kernel_, stride_;
  nn::Conv1d conv1_{nullptr}, conv2_{nullptr}, skip_{nullptr};
  nn::BatchNorm1d norm1_{nullptr}, norm2_{nullptr};
  nn::Dropout dropout_{nullptr};
};

class ResNet1d final : public BeatModel {
 public:
  ResNet1d(const ModelShape& shape, int filters, int kernel, int stride, double dropout)
      : length_(shape.length), kernel_(kernel) {
    stem_ = register_module("stem", convolution(shape.channels, filters, kernel, 1));
    norm_ = register_module("norm", nn::BatchNorm1d(filters));
    int in = filters, length = shape.length;
    for (int i = 1; i <= kUnits; ++i) {
      units_.push_back(
          register_module("unit" + std::to_string(i),
                          std::make_shared<ResidualUnit>(in, i * filters, length, kernel, stride, dropout)));
      in = i * filters;
      length = (length + stride - 1) / stride;
    }
    head_ = register_module("head", nn::Linear(in * length, shape.outputs));
  }

  torch::Tensor forward(torch::Tensor batch) override {
    torch::Tensor x = torch::relu(norm_(stem_(pad_same(batch, length_, kernel_, 1))));
    torch::Tensor sum = x;
    for (const auto& unit : units_) {
      const UnitOutput out = unit->forward(x, sum);
      x = out.activated;
      sum = out.sum;
    }
    return head_(x.flatten(1));
  }

 private:
  int length_, kernel_;
  nn::Conv1d stem_{nullptr};
  nn::BatchNorm1d norm_{nullptr};
  std::vector<std::shared_ptr<ResidualUnit>> units_;
  nn::Linear head_{nullptr};
};

}  // namespace

std::span<const ModelOption> resnet1d_options() { return kResNet1dOptions; }

std::shared_ptr<BeatModel> make_resnet1d(const ModelShape& shape, const ModelOptions& options) {
  return std::make_shared<ResNet1d>(shape, static_cast<int>(options.at("filters")),
                                    static_cast<int>(options.at("kernel")), static_cast<int>(options.at("stride")),
                                    options.at("dropout"));
}

}  // namespace beatbench::models
