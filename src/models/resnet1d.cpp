#include "models/resnet1d.h"

#include <algorithm>
#include <array>

#include "models/dropout.h"
#include "models/model.h"

namespace beatbench::models {
namespace {

namespace nn = torch::nn;

constexpr int kHeadUnits = 128;
constexpr int kUnits = 4;
using Widths = std::array<int, kUnits>;  // filters of each unit

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
    dropout_ = register_module("dropout", Dropout(dropout));
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
  Dropout dropout_{nullptr};
};

struct ResNet1dSettings {
  int filters;  // of the first convolution
  Widths widths;
  int kernel, stride, head_convolutions, head_dense;
  double dropout;
};

class ResNet1d final : public BeatModel {
 public:
  ResNet1d(const ModelShape& shape, const ResNet1dSettings& settings)
      : length_(shape.length), kernel_(settings.kernel) {
    const auto [filters, widths, kernel, stride, head_convolutions, head_dense, dropout] = settings;
    stem_ = register_module("stem", convolution(shape.channels, filters, kernel, 1));
    norm_ = register_module("norm", nn::BatchNorm1d(filters));
    int in = filters, length = shape.length;
    for (const int width : widths) {
      units_.push_back(register_module("unit" + std::to_string(units_.size() + 1),
                                       std::make_shared<ResidualUnit>(in, width, length, kernel, stride, dropout)));
      in = width;
      length = (length + stride - 1) / stride;
    }
    end_length_ = length;
    for (int i = 1; i <= head_convolutions; ++i) {
      const std::string number = std::to_string(i);
      head_convolutions_.push_back(register_module("head_conv" + number, convolution(in, in, kernel, 1)));
      head_norms_.push_back(register_module("head_norm" + number, nn::BatchNorm1d(in)));
    }
    int features = in * length;
    for (int i = 1; i < head_dense; ++i) {
      head_dense_.push_back(register_module("head_dense" + std::to_string(i), nn::Linear(features, kHeadUnits)));
      features = kHeadUnits;
    }
    if (head_dense > 1) dropout_ = register_module("dropout", Dropout(dropout));
    head_ = register_module("head", nn::Linear(features, shape.outputs));
  }

  torch::Tensor forward(torch::Tensor batch) override {
    torch::Tensor x = torch::relu(norm_(stem_(pad_same(batch, length_, kernel_, 1))));
    torch::Tensor sum = x;
    for (const auto& unit : units_) {
      const UnitOutput out = unit->forward(x, sum);
      x = out.activated;
      sum = out.sum;
    }
    for (std::size_t i = 0; i < head_convolutions_.size(); ++i) {
      x = torch::relu(head_norms_[i](head_convolutions_[i](pad_same(x, end_length_, kernel_, 1))));
    }
    x = x.flatten(1);
    for (nn::Linear& dense : head_dense_) x = dropout_(torch::relu(dense(x)));
    return head_(x);
  }

 private:
  int length_, kernel_, end_length_ = 0;
  nn::Conv1d stem_{nullptr};
  nn::BatchNorm1d norm_{nullptr};
  std::vector<std::shared_ptr<ResidualUnit>> units_;
  std::vector<nn::Conv1d> head_convolutions_;
  std::vector<nn::BatchNorm1d> head_norms_;
  std::vector<nn::Linear> head_dense_;
  Dropout dropout_{nullptr};
  nn::Linear head_{nullptr};
};

std::shared_ptr<BeatModel> make_form(const ModelShape& shape, const ModelOptions& options, int filters,
                                     const Widths& widths) {
  const auto number = [&](const char* name) { return static_cast<int>(options.at(name)); };
  return std::make_shared<ResNet1d>(
      shape, ResNet1dSettings{filters, widths, number("kernel"), number("stride"), number("head_convolutions"),
                              number("head_dense"), options.at("dropout")});
}

}  // namespace

std::shared_ptr<BeatModel> make_resnet1d(const ModelShape& shape, const ModelOptions& options) {
  const int filters = static_cast<int>(options.at("filters"));
  return make_form(shape, options, filters, {filters, 2 * filters, 3 * filters, 4 * filters});
}

std::shared_ptr<BeatModel> make_resnet1d_12lead(const ModelShape& shape, const ModelOptions& options) {
  const int filters = static_cast<int>(options.at("filters"));
  const int third = filters * 196 / 64;  // not three times as many, as the paper has it
  return make_form(shape, options, filters, {2 * filters, third, 4 * filters, 5 * filters});
}

}  // namespace beatbench::models
