#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/script.h>

#include <algorithm>

#include "beatbench/core/error.h"
#include "torchscript/graph_patterns.h"
#include "torchscript/lowering.h"

namespace beatbench {

using graph::Shape;
using torch::jit::Node;
using torch::jit::Value;

namespace {

// Whether a value is zeros, whatever its shape.
bool is_zeros(const Value* value) {
  const Node* node = value->node();
  for (const char* kind : {"aten::contiguous", "aten::expand", "aten::unsqueeze", "aten::repeat"})
    if (is_kind(node, kind)) return is_zeros(node->input(0));
  if (is_kind(node, "aten::zeros") || is_kind(node, "aten::zeros_like") || is_kind(node, "aten::new_zeros"))
    return true;
  const auto constant = constant_tensor(value);
  return constant && constant->count_nonzero().item<std::int64_t>() == 0;
}

// Whether the two states in a list are zeros; one that is given in another way may be anything.
bool begins_with_zeros(const Value* states) {
  if (const auto list = torch::jit::toIValue(states); list && list->isTensorList()) {
    const auto is_zero = [](const torch::Tensor& each) { return each.count_nonzero().item<std::int64_t>() == 0; };
    return std::ranges::all_of(list->toTensorVector(), is_zero);
  }
  return is_kind(states->node(), "prim::ListConstruct") && std::ranges::all_of(states->node()->inputs(), is_zeros);
}

// The last window may begin inside and end outside, `ceil`: what lies outside counts as padding.
void reach_end(graph::Pool& pool, const Shape& x, bool ceil) {
  for (std::size_t i = 0; ceil && i < pool.kernel.size(); ++i) {
    const std::int64_t free = x[2 + i] + 2 * pool.pad_before[i] - pool.kernel[i];
    const std::int64_t missing = (pool.stride[i] - free % pool.stride[i]) % pool.stride[i];
    const std::int64_t last = free + missing;  // where the last window begins, in x with its padding in front
    if (last < x[2 + i] + pool.pad_before[i]) pool.pad_after[i] += missing;
  }
}

}  // namespace

void Lowering::same(const Node* node) {
  if (name_of(node).ends_with("dropout") && flag(node->input(2))) fail("is in training");
  give(node, place(node->input(0)));
}

void Lowering::convolution(const Node* node) {
  const bool general = is_kind(node, "aten::_convolution");
  if (general && flag(node->input(6))) fail("is transposed");
  const std::size_t dimensions = spatial_dimensions(node->input(0));
  graph::Conv conv;
  conv.stride = sizes(node->input(3), dimensions);
  const auto mode = torch::jit::toIValue(node->input(4));
  if (mode && mode->isString()) fail("has its padding by name");
  conv.pad_before = conv.pad_after = sizes(node->input(4), dimensions);
  conv.dilation = sizes(node->input(5), dimensions);
  conv.groups = integer(node->input(general ? 8 : 6));
  give(node, add(std::move(conv), with_bias({place(node->input(0)), place(node->input(1))}, node->input(2))));
}

std::vector<std::size_t> Lowering::with_bias(std::vector<std::size_t> inputs, const Value* bias) {
  if (!is_none(bias)) inputs.push_back(place(bias));
  return inputs;
}

void Lowering::batch_norm(const Node* node) {
  if (flag(node->input(5))) fail("is in training");
  const auto mean = constant_tensor(node->input(3)), variance = constant_tensor(node->input(4));
  if (!mean || !variance) fail("has no statistics of its own");
  torch::Tensor scale = (variance->to(torch::kDouble) + number(node->input(7))).rsqrt();
  if (const auto weight = constant_tensor(node->input(1))) scale = scale * weight->to(torch::kDouble);
  torch::Tensor shift = -mean->to(torch::kDouble) * scale;
  if (const auto bias = constant_tensor(node->input(2))) shift = shift + bias->to(torch::kDouble);
  const std::size_t x = place(node->input(0));
  give(node, add(graph::ChannelAffine{}, {x, constant_place(scale), constant_place(shift)}));
}

void Lowering::activation(const Node* node) {
  const std::string name = name_of(node);
  graph::Activation op;
  if (name == "elu") {
    op.function = graph::Function::elu;
    op.alpha = number(node->input(1));
    if (number(node->input(2)) != 1 || number(node->input(3)) != 1) fail("is scaled");
  } else if (name == "tanh") {
    op.function = graph::Function::tanh;
  } else if (name == "sigmoid") {
    op.function = graph::Function::sigmoid;
  } else if (name == "relu6") {
    op.function = graph::Function::clamp;
  } else if (name != "relu") {
    op.function = graph::Function::clamp;
    op.low = number(node->input(1));
    op.high = number(node->input(2));
  }
  give(node, add(op, {place(node->input(0))}));
}

void Lowering::max_pool(const Node* node) {
  const Shape& x = shape(node->input(0));
  const std::size_t dimensions = spatial_dimensions(node->input(0));
  graph::Pool pool;
  pool.kernel = sizes(node->input(1), dimensions);
  pool.stride = sizes(node->input(2), dimensions, pool.kernel);
  pool.pad_before = pool.pad_after = sizes(node->input(3), dimensions);
  if (sizes(node->input(4), dimensions) != Shape(dimensions, 1)) fail("is dilated");
  reach_end(pool, x, flag(node->input(5)));
  give(node, add(std::move(pool), {place(node->input(0))}));
}

void Lowering::average_pool(const Node* node) {
  const Shape& x = shape(node->input(0));
  const std::size_t dimensions = spatial_dimensions(node->input(0));
  graph::Pool pool{graph::Pool::Kind::mean, sizes(node->input(1), dimensions), {}, {}, {}};
  pool.stride = sizes(node->input(2), dimensions, pool.kernel);
  pool.pad_before = pool.pad_after = sizes(node->input(3), dimensions);
  pool.counts_padding = flag(node->input(5));
  if (flag(node->input(4)) && pool.counts_padding) fail("counts padding behind the end");
  if (node->inputs().size() > 6 && !is_none(node->input(6))) fail("divides by a number of its own");
  reach_end(pool, x, flag(node->input(4)));
  give(node, add(std::move(pool), {place(node->input(0))}));
}

void Lowering::adaptive_average_pool(const Node* node) {
  const Shape x = shape(node->input(0));
  const Shape wanted = sizes(node->input(1), spatial_dimensions(node->input(0)));
  if (wanted == Shape(wanted.size(), 1)) {
    graph::Reduce mean{graph::Reduce::Kind::mean, {}, true};
    for (std::size_t i = 2; i < x.size(); ++i) mean.axes.push_back(static_cast<std::int64_t>(i));
    return give(node, add(std::move(mean), {place(node->input(0))}));
  }
  graph::Pool pool{graph::Pool::Kind::mean, {}, {}, Shape(wanted.size(), 0), Shape(wanted.size(), 0)};
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i] < 1 || x[2 + i] % wanted[i] != 0) fail("has windows of several sizes");
    pool.kernel.push_back(x[2 + i] / wanted[i]);
  }
  pool.stride = pool.kernel;
  give(node, add(std::move(pool), {place(node->input(0))}));
}

void Lowering::linear(const Node* node) {
  const bool is_sum = is_kind(node, "aten::addmm");
  if (is_sum && (number(node->input(3)) != 1 || number(node->input(4)) != 1)) fail("is scaled");
  const Value *x = node->input(is_sum ? 1 : 0), *weight = node->input(is_sum ? 2 : 1),
              *bias = node->input(is_sum ? 0 : 2);
  const auto matrix = constant_tensor(weight);
  if (!matrix || matrix->dim() != 2) fail("has weights that are computed");
  const std::size_t weights = constant_place(is_sum ? matrix->t() : *matrix);
  give(node, add(graph::Linear{}, with_bias({place(x), weights}, bias)));
}

void Lowering::matmul(const Node* node) {
  const auto matrix = constant_tensor(node->input(1));
  if (!matrix || matrix->dim() != 2) fail("has weights that are computed");
  give(node, add(graph::Linear{}, {place(node->input(0)), constant_place(matrix->t())}));
}

bool Lowering::add_as_bias(const Node* node) {
  const Node* product = node->input(0)->node();
  const auto bias = constant_tensor(node->input(1));
  if (!is_kind(product, "aten::matmul") || !is_computed(node->input(0)) || !bias || bias->dim() != 1) return false;
  if (bias->size(0) != shape(node->input(0)).back()) return false;
  if (to_.nodes.empty() || to_.nodes.back().output != place(node->input(0))) return false;
  if (product->output()->uses().size() != 1) return false;
  to_.nodes.back().inputs.push_back(place(node->input(1)));
  give(node, to_.nodes.back().output);
  return true;
}

void Lowering::arithmetic(const Node* node) {
  const bool is_sum = is_kind(node, "aten::add");
  if (is_sum && number(node->input(2)) != 1) fail("is scaled");
  if (is_sum && add_as_bias(node)) return;
  const auto operand = [&](const Value* value) {
    const auto constant = torch::jit::toIValue(value);
    if (constant && constant->isScalar()) return constant_place(torch::full({1}, constant->toScalar()));
    return place(value);
  };
  const graph::Arithmetic op{is_sum ? graph::Arithmetic::Kind::add : graph::Arithmetic::Kind::multiply};
  const std::size_t a = operand(node->input(0)), b = operand(node->input(1));
  give(node, add(op, {a, b}));
}

void Lowering::lstm(const Node* node) {
  if (!begins_with_zeros(node->input(1))) fail("begins with a state that is not zeros");
  if (node->inputs().size() != 9) fail("takes sequences of several lengths");
  const bool has_biases = flag(node->input(3)), two = flag(node->input(7));
  if (flag(node->input(6))) fail("is in training");
  if (!flag(node->input(8))) fail("has its batch in the second place");
  std::vector<torch::Tensor> weights;
  if (const auto list = torch::jit::toIValue(node->input(2)); list && list->isTensorList()) {
    weights = list->toTensorVector();
  } else {
    for (const Value* each : node->input(2)->node()->inputs()) {
      const auto constant = constant_tensor(each);
      if (!constant) fail("has weights that are computed");
      weights.push_back(*constant);
    }
  }
  const std::size_t layers = static_cast<std::size_t>(integer(node->input(4))), directions = two ? 2 : 1,
                    each = has_biases ? 4 : 2;
  if (weights.size() != layers * directions * each) fail("has projections");
  for (std::size_t i = 1; i < node->outputs().size(); ++i)
    if (node->output(i)->hasUses()) fail("gives its last state apart");
  std::size_t x = place(node->input(0));
  for (std::size_t layer = 0; layer < layers; ++layer) {
    std::vector<torch::Tensor> of_input, of_state, bias;
    for (std::size_t direction = 0; direction < directions; ++direction) {
      const auto own = weights.begin() + static_cast<std::ptrdiff_t>((layer * directions + direction) * each);
      of_input.push_back(own[0]);
      of_state.push_back(own[1]);
      bias.push_back(has_biases ? own[2] + own[3] : torch::zeros({own[0].size(0)}));
    }
    x = add(graph::Lstm{}, {x, constant_place(torch::stack(of_input)), constant_place(torch::stack(of_state)),
                            constant_place(torch::stack(bias))});
  }
  give(node, x);
}

}  // namespace beatbench
