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

void Lowering::cat(const Node* node) {
  std::vector<std::size_t> parts;
  for (const Value* part : node->input(0)->node()->inputs()) parts.push_back(place(part));
  if (parts.empty()) fail("joins nothing");
  const std::size_t rank = to_.values[parts.front()].shape.size();
  give(node, add(graph::Concat{axis_of(node->input(1), rank)}, std::move(parts)));
}

void Lowering::reshaped(const Node* node, Shape dimensions) {
  give(node, add(graph::Reshape{std::move(dimensions)}, {place(node->input(0))}));
}

void Lowering::flatten(const Node* node) {
  const Shape& x = shape(node->input(0));
  const std::int64_t first = axis_of(node->input(1), x.size()), last = axis_of(node->input(2), x.size());
  Shape y(x.begin() + 1, x.begin() + first);
  y.push_back(graph::element_count(
      std::span(x).subspan(static_cast<std::size_t>(first), static_cast<std::size_t>(last - first + 1))));
  y.insert(y.end(), x.begin() + last + 1, x.end());
  reshaped(node, std::move(y));
}

std::int64_t Lowering::size_item(const Value* value) {
  if (torch::jit::toIValue(value)) return integer(value);
  const Node* node = value->node();
  while (is_kind(node, "prim::NumToTensor") || is_kind(node, "aten::Int")) node = node->input(0)->node();
  if (!is_kind(node, "aten::size") || node->inputs().size() != 2) fail("has sizes that are computed");
  const Shape& x = shape(node->input(0));
  std::int64_t at = integer(node->input(1));
  if (at < 0) at += static_cast<std::int64_t>(x.size());
  if (at < 0 || at >= static_cast<std::int64_t>(x.size())) fail("asks for the size of an axis that is not there");
  return x[static_cast<std::size_t>(at)];
}

void Lowering::reshape(const Node* node) {
  const Shape x = shape(node->input(0));
  Shape y;
  if (const auto constants = constant_ints(node->input(1))) {
    y = *constants;
  } else {
    if (!is_kind(node->input(1)->node(), "prim::ListConstruct")) fail("has sizes that are computed");
    for (const Value* item : node->input(1)->node()->inputs()) y.push_back(size_item(item));
  }
  if (y.empty() || y.front() != graph::kBatch) fail("has a size for the batch");
  y.erase(y.begin());
  const std::int64_t whole = graph::element_count(std::span(x).subspan(1));
  if (std::ranges::count(y, -1) > 1) fail("leaves two sizes open");
  if (const auto open = std::ranges::find(y, -1); open != y.end()) {
    *open = 1;
    const std::int64_t others = graph::element_count(y);
    if (others == 0 || whole % others != 0) fail("has sizes that do not fit");
    *open = whole / others;
  }
  reshaped(node, std::move(y));
}

void Lowering::transpose(const Node* node) {
  const std::size_t rank = shape(node->input(0)).size();
  Shape order(rank);
  for (std::size_t i = 0; i < rank; ++i) order[i] = static_cast<std::int64_t>(i);
  std::swap(order[static_cast<std::size_t>(axis_of(node->input(1), rank))],
            order[static_cast<std::size_t>(axis_of(node->input(2), rank))]);
  give(node, add(graph::Transpose{std::move(order)}, {place(node->input(0))}));
}

void Lowering::permute(const Node* node) {
  const std::size_t rank = shape(node->input(0)).size();
  Shape order = sizes(node->input(1), rank);
  for (std::int64_t& each : order) each += each < 0 ? static_cast<std::int64_t>(rank) : 0;
  give(node, add(graph::Transpose{std::move(order)}, {place(node->input(0))}));
}

void Lowering::unsqueeze(const Node* node) {
  Shape y = shape(node->input(0));
  y.insert(y.begin() + axis_of(node->input(1), y.size() + 1), 1);
  reshaped(node, {y.begin() + 1, y.end()});
}

void Lowering::squeeze(const Node* node) {
  Shape y = shape(node->input(0));
  if (node->inputs().size() != 2) fail("takes away every axis of size 1, perhaps the batch");
  const std::int64_t at = axis_of(node->input(1), y.size());
  if (y[static_cast<std::size_t>(at)] == 1) y.erase(y.begin() + at);
  reshaped(node, {y.begin() + 1, y.end()});
}

std::size_t Lowering::part(const Value* x, std::int64_t along, std::int64_t begin, std::int64_t length) {
  if (begin == 0 && length == shape(x)[static_cast<std::size_t>(along)]) return place(x);
  return add(graph::Slice{along, begin, length}, {place(x)});
}

void Lowering::select(const Node* node) {
  Shape y = shape(node->input(0));
  const std::int64_t along = axis_of(node->input(1), y.size()), size = y[static_cast<std::size_t>(along)];
  std::int64_t begin = integer(node->input(2));
  if (begin < 0) begin += size;
  const std::size_t one = part(node->input(0), along, begin, 1);
  y.erase(y.begin() + along);
  give(node, add(graph::Reshape{{y.begin() + 1, y.end()}}, {one}));
}

void Lowering::narrow(const Node* node) {
  const Shape& x = shape(node->input(0));
  const std::int64_t along = axis_of(node->input(1), x.size());
  std::int64_t begin = integer(node->input(2));
  if (begin < 0) begin += x[static_cast<std::size_t>(along)];
  give(node, part(node->input(0), along, begin, integer(node->input(3))));
}

void Lowering::slice(const Node* node) {
  const Shape& x = shape(node->input(0));
  std::int64_t along = integer(node->input(1));
  if (along < 0) along += static_cast<std::int64_t>(x.size());
  const auto end_of = [&](const Value* value, std::int64_t otherwise, std::int64_t size) {
    std::int64_t at = is_none(value) ? otherwise : integer(value);
    if (at < 0) at += size;
    return std::clamp<std::int64_t>(at, 0, size);
  };
  if (integer(node->input(4)) != 1) fail("leaves places out");
  if (along == 0) {  // x[:, ...]: the whole batch
    const bool whole = (is_none(node->input(2)) || number(node->input(2)) == 0) &&
                       (is_none(node->input(3)) || number(node->input(3)) >= 9e18);
    if (!whole) fail("works along the batch");
    return give(node, place(node->input(0)));
  }
  const std::int64_t size = x.at(static_cast<std::size_t>(axis(along, x.size())));
  const std::int64_t begin = end_of(node->input(2), 0, size), end = end_of(node->input(3), size, size);
  give(node, part(node->input(0), along, begin, end - begin));
}

void Lowering::pad(const Node* node) {
  const std::size_t rank = shape(node->input(0)).size();
  const auto pads = constant_ints(node->input(1));
  if (!pads || pads->size() % 2 != 0 || pads->size() / 2 >= rank) fail("has sizes that are computed");
  graph::Pad op{Shape(rank - 1, 0), Shape(rank - 1, 0), number(node->input(2))};
  for (std::size_t i = 0; i < pads->size() / 2; ++i) {  // the last axis stands first
    op.before[rank - 2 - i] = (*pads)[2 * i];
    op.after[rank - 2 - i] = (*pads)[2 * i + 1];
  }
  give(node, add(std::move(op), {place(node->input(0))}));
}

void Lowering::softmax(const Node* node) {
  give(node, add(graph::Softmax{axis_of(node->input(1), shape(node->input(0)).size())}, {place(node->input(0))}));
}

void Lowering::reduce(const Node* node) {
  const std::size_t rank = shape(node->input(0)).size();
  const auto axes = node->inputs().size() < 4 ? std::nullopt : constant_ints(node->input(1));
  if (!axes || axes->empty()) fail("takes all numbers together, the batch with them");
  graph::Reduce op{
      is_kind(node, "aten::sum") ? graph::Reduce::Kind::sum : graph::Reduce::Kind::mean, {}, flag(node->input(2))};
  for (const std::int64_t each : *axes) op.axes.push_back(axis(each, rank));
  give(node, add(std::move(op), {place(node->input(0))}));
}

}  // namespace beatbench
