#include "models/vgg16.h"

#include <array>

#include "models/dropout.h"
#include "models/model.h"

namespace beatbench::models {
namespace {

struct Vgg16Group {
  int convolutions, filters;  // those in units of the first group's
};
constexpr std::array kVgg16Groups = {Vgg16Group{2, 1}, Vgg16Group{2, 2}, Vgg16Group{3, 4}, Vgg16Group{3, 8},
                                     Vgg16Group{3, 8}};

class Vgg16 final : public BeatModel {
 public:
  Vgg16(const ModelShape& shape, int filters, int dense, double dropout, bool batch_norm) {
    constexpr int shrinks = 1 << kVgg16Groups.size();
    int in = shape.channels;
    for (const Vgg16Group& group : kVgg16Groups) {
      for (int i = 0; i < group.convolutions; ++i) {
        const std::string number = std::to_string(convolutions_.size() + 1);
        const int out = group.filters * filters;
        convolutions_.push_back(
            register_module("conv" + number, torch::nn::Conv2d(torch::nn::Conv2dOptions(in, out, 3).padding(1))));
        torch::nn::init::kaiming_normal_(convolutions_.back()->weight, 0.0, torch::kFanIn, torch::kReLU);
        torch::nn::init::zeros_(convolutions_.back()->bias);
        if (batch_norm) norms_.push_back(register_module("norm" + number, torch::nn::BatchNorm2d(out)));
        in = out;
      }
    }
    dense1_ =
        register_module("dense1", torch::nn::Linear(in * (shape.height / shrinks) * (shape.length / shrinks), dense));
    dense2_ = register_module("dense2", torch::nn::Linear(dense, dense));
    dropout_ = register_module("dropout", Dropout(dropout));
    head_ = register_module("head", torch::nn::Linear(dense, shape.outputs));
  }

  torch::Tensor forward(torch::Tensor batch) override {
    torch::Tensor x = batch;
    std::size_t next = 0;
    for (const Vgg16Group& group : kVgg16Groups) {
      for (int i = 0; i < group.convolutions; ++i, ++next) {
        x = convolutions_[next](x);
        if (!norms_.empty()) x = norms_[next](x);
        x = torch::relu(x);
      }
      x = torch::max_pool2d(x, 2);
    }
    x = dropout_(torch::relu(dense1_(x.flatten(1))));
    x = dropout_(torch::relu(dense2_(x)));
    return head_(x);
  }

 private:
  std::vector<torch::nn::Conv2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> norms_;
  torch::nn::Linear dense1_{nullptr}, dense2_{nullptr}, head_{nullptr};
  Dropout dropout_{nullptr};
};

}  // namespace

std::shared_ptr<BeatModel> make_vgg16(const ModelShape& shape, const ModelOptions& options) {
  return std::make_shared<Vgg16>(shape, static_cast<int>(options.at("filters")), static_cast<int>(options.at("dense")),
                                 options.at("dropout"), options.at("batch_norm") >= 0.5);
}

}  // namespace beatbench::models
