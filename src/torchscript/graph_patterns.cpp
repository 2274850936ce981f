#include "torchscript/graph_patterns.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>

#include <algorithm>
#include <tuple>

namespace beatbench {

bool is_kind(const torch::jit::Node* node, const std::string& name) {
  const std::string kind = node->kind().toQualString();
  return kind == name || kind == name + "_";
}

std::optional<torch::Tensor> constant_tensor(const torch::jit::Value* value) {
  const auto constant = torch::jit::toIValue(value);
  return constant && constant->isTensor() ? std::optional(constant->toTensor()) : std::nullopt;
}

std::optional<Ints> constant_ints(const torch::jit::Value* value) {
  if (const auto constant = torch::jit::toIValue(value)) {
    return constant->isIntList() ? std::optional(constant->toIntVector()) : std::nullopt;
  }
  if (value->node()->kind() != torch::jit::prim::ListConstruct) return std::nullopt;
  Ints list;
  for (const torch::jit::Value* each : value->node()->inputs()) {
    const auto item = torch::jit::toIValue(each);
    if (!item || !item->isInt()) return std::nullopt;
    list.push_back(item->toInt());
  }
  return list;
}

bool is_number(const torch::jit::Value* value, double number) {
  const auto constant = torch::jit::toIValue(value);
  return constant && constant->isScalar() && constant->toScalar().toDouble() == number;
}

bool is_none(const torch::jit::Value* value) {
  const auto constant = torch::jit::toIValue(value);
  return constant && constant->isNone();
}

namespace {

// A bias that is absent or constant; nullopt where it is computed.
std::optional<c10::IValue> constant_bias(const torch::jit::Value* value) {
  if (is_none(value)) return c10::IValue();
  const auto tensor = constant_tensor(value);
  return tensor ? std::optional<c10::IValue>(tensor->contiguous()) : std::nullopt;
}

}  // namespace

std::optional<Convolution> convolution_of(const torch::jit::Node* node) {
  const bool general = is_kind(node, "aten::_convolution");
  if (!general && !is_kind(node, "aten::conv1d") && !is_kind(node, "aten::conv2d")) return std::nullopt;
  if (general && !is_number(node->input(6), 0)) return std::nullopt;  // transposed
  const auto weight = constant_tensor(node->input(1));
  const auto bias = constant_bias(node->input(2));
  const auto stride = constant_ints(node->input(3)), padding = constant_ints(node->input(4)),
             dilation = constant_ints(node->input(5));
  const auto groups = torch::jit::toIValue(node->input(general ? 8 : 6));
  if (!weight || !bias || !stride || !padding || !dilation || !groups) return std::nullopt;
  if (weight->dim() != 3 && weight->dim() != 4) return std::nullopt;
  Convolution conv{*weight, *bias, *stride, *padding, *dilation, groups->toInt()};
  if (weight->dim() == 3) {
    conv.weight = weight->unsqueeze(2);
    conv.stride.insert(conv.stride.begin(), 1);
    conv.padding.insert(conv.padding.begin(), 0);
    conv.dilation.insert(conv.dilation.begin(), 1);
  }
  return conv;
}

bool absorb_padding(Convolution& conv, const Ints& pads) {
  if (pads.size() > 4 || pads.size() % 2 != 0) return false;
  for (std::size_t i = 0; i < pads.size() / 2; ++i) {  // the last dimension stands first
    const std::int64_t before = pads[2 * i], after = pads[2 * i + 1];
    const std::size_t dimension = 1 - i;
    if (before < 0 || after < 0 || (before != after && conv.dilation[dimension] != 1)) return false;
    Ints taps(pads.size() == 2 ? 2 : 4, 0);
    taps[2 * i] = std::max<std::int64_t>(after - before, 0);
    taps[2 * i + 1] = std::max<std::int64_t>(before - after, 0);
    conv.weight = torch::constant_pad_nd(conv.weight, taps);
    conv.padding[dimension] += std::max(before, after);
  }
  return true;
}

std::optional<LinearLayer> linear_of(const torch::jit::Node* node) {
  const torch::jit::Value *weight = nullptr, *bias = nullptr;
  torch::jit::Value* input = nullptr;
  bool transposed = true;
  if (is_kind(node, "aten::linear")) {
    std::tie(input, weight, bias, transposed) = std::tuple(node->input(0), node->input(1), node->input(2), false);
  } else if (is_kind(node, "aten::addmm") && is_number(node->input(3), 1) && is_number(node->input(4), 1)) {
    std::tie(bias, input, weight) = std::tuple(node->input(0), node->input(1), node->input(2));
  } else if (is_kind(node, "aten::add") && node->inputs().size() == 3 && is_number(node->input(2), 1) &&
             is_kind(node->input(0)->node(), "aten::matmul") && node->input(0)->uses().size() == 1) {
    const torch::jit::Node* product = node->input(0)->node();
    std::tie(bias, input, weight) = std::tuple(node->input(1), product->input(0), product->input(1));
  } else {
    return std::nullopt;
  }
  const auto matrix = constant_tensor(weight);
  const auto vector = constant_bias(bias);
  if (!matrix || !vector || matrix->dim() != 2 || (vector->isTensor() && vector->toTensor().dim() != 1)) {
    return std::nullopt;
  }
  return LinearLayer{input, transposed ? matrix->t() : *matrix, *vector};
}

torch::jit::Node* only_user(const torch::jit::Value* value) {
  return value->uses().size() == 1 ? value->uses().front().user : nullptr;
}

}  // namespace beatbench
