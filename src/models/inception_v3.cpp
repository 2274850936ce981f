#include "models/inception_v3.h"

#include <array>
#include <cmath>

#include "models/dropout.h"
#include "models/model.h"

namespace beatbench::models {
namespace {

constexpr double kInceptionNormEpsilon = 0.001;

struct InceptionConvolution {
  int filters;
  std::array<std::int64_t, 2> kernel;
  int stride = 1;
  bool padded = true;  // so that stride 1 keeps the size
};

using InceptionChain = std::vector<InceptionConvolution>;

// One after the other, each with batch norm and ReLU.
class InceptionConvolutions final : public torch::nn::Module {
 public:
  InceptionConvolutions(int in, const InceptionChain& chain, double width) : filters_(in) {
    for (const InceptionConvolution& layer : chain) {
      const std::string number = std::to_string(convolutions_.size() + 1);
      const int out = std::max(1, static_cast<int>(std::lround(width * layer.filters)));
      const std::array<std::int64_t, 2> padding = {layer.padded ? layer.kernel[0] / 2 : 0,
                                                   layer.padded ? layer.kernel[1] / 2 : 0};
      torch::nn::Conv2d conv(torch::nn::Conv2dOptions(filters_, out, {layer.kernel[0], layer.kernel[1]})
                                 .stride(layer.stride)
                                 .padding(torch::ExpandingArray<2>({padding[0], padding[1]}))
                                 .bias(false));
      torch::nn::init::kaiming_normal_(conv->weight, 0.0, torch::kFanIn, torch::kReLU);
      convolutions_.push_back(register_module("conv" + number, conv));
      norms_.push_back(register_module(
          "norm" + number, torch::nn::BatchNorm2d(torch::nn::BatchNorm2dOptions(out).eps(kInceptionNormEpsilon))));
      filters_ = out;
    }
  }

  int filters() const { return filters_; }  // of the last one

  torch::Tensor forward(torch::Tensor x) {
    for (std::size_t i = 0; i < convolutions_.size(); ++i) x = torch::relu(norms_[i](convolutions_[i](x)));
    return x;
  }

 private:
  int filters_;
  std::vector<torch::nn::Conv2d> convolutions_;
  std::vector<torch::nn::BatchNorm2d> norms_;
};

enum class InceptionPool { none, average, largest };  // before a branch: 3x3, at stride 1 or, of the largest, 2

// A branch begins with `trunk`; what follows are its ends, side by side, or the trunk itself where there are none.
struct InceptionBranch {
  InceptionChain trunk;
  std::vector<InceptionChain> ends = {};
  InceptionPool pool = InceptionPool::none;
};

class InceptionUnit final : public torch::nn::Module {
 public:
  InceptionUnit(int in, const std::vector<InceptionBranch>& branches, double width) {
    for (const InceptionBranch& branch : branches) {
      const std::string name = "branch" + std::to_string(branches_.size() + 1);
      Branch made{
          branch.pool, register_module(name, std::make_shared<InceptionConvolutions>(in, branch.trunk, width)), {}};
      for (const InceptionChain& end : branch.ends) {
        made.ends.push_back(
            register_module(name + "_end" + std::to_string(made.ends.size() + 1),
                            std::make_shared<InceptionConvolutions>(made.trunk->filters(), end, width)));
        filters_ += made.ends.back()->filters();
      }
      if (made.ends.empty()) filters_ += made.trunk->filters();
      branches_.push_back(std::move(made));
    }
  }

  int filters() const { return filters_; }

  torch::Tensor forward(const torch::Tensor& x) {
    std::vector<torch::Tensor> results;
    for (Branch& branch : branches_) {
      torch::Tensor y = x;
      if (branch.pool == InceptionPool::average) y = torch::avg_pool2d(y, 3, 1, 1);
      if (branch.pool == InceptionPool::largest) y = torch::max_pool2d(y, 3, 2);
      y = branch.trunk->forward(y);
      for (auto& end : branch.ends) results.push_back(end->forward(y));
      if (branch.ends.empty()) results.push_back(y);
    }
    return torch::cat(results, 1);
  }

 private:
  struct Branch {
    InceptionPool pool;
    std::shared_ptr<InceptionConvolutions> trunk;
    std::vector<std::shared_ptr<InceptionConvolutions>> ends;
  };
  int filters_ = 0;
  std::vector<Branch> branches_;
};

// The units by the size of image that they were made for.
std::vector<InceptionBranch> unit_35(int pooled) {
  return {{{{64, {1, 1}}}},
          {{{48, {1, 1}}, {64, {5, 5}}}},
          {{{64, {1, 1}}, {96, {3, 3}}, {96, {3, 3}}}},
          {{{pooled, {1, 1}}}, {}, InceptionPool::average}};
}

std::vector<InceptionBranch> unit_35_to_17() {
  return {{{{384, {3, 3}, 2, false}}},
          {{{64, {1, 1}}, {96, {3, 3}}, {96, {3, 3}, 2, false}}},
          {{}, {}, InceptionPool::largest}};
}

std::vector<InceptionBranch> unit_17(int inner) {
  return {{{{192, {1, 1}}}},
          {{{inner, {1, 1}}, {inner, {1, 7}}, {192, {7, 1}}}},
          {{{inner, {1, 1}}, {inner, {7, 1}}, {inner, {1, 7}}, {inner, {7, 1}}, {192, {1, 7}}}},
          {{{192, {1, 1}}}, {}, InceptionPool::average}};
}

std::vector<InceptionBranch> unit_17_to_8() {
  return {{{{192, {1, 1}}, {320, {3, 3}, 2, false}}},
          {{{192, {1, 1}}, {192, {1, 7}}, {192, {7, 1}}, {192, {3, 3}, 2, false}}},
          {{}, {}, InceptionPool::largest}};
}

std::vector<InceptionBranch> unit_8() {
  return {{{{320, {1, 1}}}},
          {{{384, {1, 1}}}, {{{384, {1, 3}}}, {{384, {3, 1}}}}},
          {{{448, {1, 1}}, {384, {3, 3}}}, {{{384, {1, 3}}}, {{384, {3, 1}}}}},
          {{{192, {1, 1}}}, {}, InceptionPool::average}};
}

class InceptionV3 final : public BeatModel {
 public:
  InceptionV3(const ModelShape& shape, double width, double dropout) {
    stem1_ = register_module(
        "stem1",
        std::make_shared<InceptionConvolutions>(
            shape.channels, InceptionChain{{32, {3, 3}, 2, false}, {32, {3, 3}, 1, false}, {64, {3, 3}}}, width));
    stem2_ =
        register_module("stem2", std::make_shared<InceptionConvolutions>(
                                     stem1_->filters(), InceptionChain{{80, {1, 1}}, {192, {3, 3}, 1, false}}, width));
    int in = stem2_->filters();
    for (const auto& branches : {unit_35(32), unit_35(64), unit_35(64), unit_35_to_17(), unit_17(128), unit_17(160),
                                 unit_17(160), unit_17(192), unit_17_to_8(), unit_8(), unit_8()}) {
      units_.push_back(register_module("unit" + std::to_string(units_.size() + 1),
                                       std::make_shared<InceptionUnit>(in, branches, width)));
      in = units_.back()->filters();
    }
    dropout_ = register_module("dropout", Dropout(dropout));
    head_ = register_module("head", torch::nn::Linear(in, shape.outputs));
  }

  torch::Tensor forward(torch::Tensor batch) override {
    torch::Tensor x = torch::max_pool2d(stem1_->forward(batch), 3, 2);
    x = torch::max_pool2d(stem2_->forward(x), 3, 2);
    for (const auto& unit : units_) x = unit->forward(x);
    return head_(dropout_(torch::adaptive_avg_pool2d(x, {1, 1}).flatten(1)));
  }

 private:
  std::shared_ptr<InceptionConvolutions> stem1_, stem2_;
  std::vector<std::shared_ptr<InceptionUnit>> units_;
  Dropout dropout_{nullptr};
  torch::nn::Linear head_{nullptr};
};

}  // namespace

std::shared_ptr<BeatModel> make_inception_v3(const ModelShape& shape, const ModelOptions& options) {
  return std::make_shared<InceptionV3>(shape, options.at("width"), options.at("dropout"));
}

}  // namespace beatbench::models
