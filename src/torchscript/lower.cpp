#include "torchscript/lower.h"

#include <torch/csrc/jit/ir/constants.h>
#include <torch/csrc/jit/ir/ir.h>
#include <torch/script.h>

#include <algorithm>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "beatbench/models/checkpoint.h"
#include "beatbench/runtime/model_file.h"
#include "torchscript/engines.h"
#include "torchscript/graph_patterns.h"
#include "torchscript/lowering.h"
#include "torchscript/trace.h"

namespace beatbench {

using graph::Shape;
using torch::jit::Node;
using torch::jit::Value;

namespace {

graph::Tensor tensor_of(const torch::Tensor& from) {
  const torch::Tensor plain = from.detach().to(torch::kCPU, torch::kFloat).contiguous();
  const float* numbers = plain.data_ptr<float>();
  return {plain.sizes().vec(), std::vector<float>(numbers, numbers + plain.numel())};
}

// aten::NAME and aten::NAME_ as NAME.
std::string name_of(const Node* node) {
  std::string name = node->kind().toQualString();
  if (name.ends_with("_") && !name.ends_with("__")) name.pop_back();
  return name.starts_with("aten::") ? name.substr(6) : name;
}

}  // namespace

Lowering::Lowering(const Value* batch, const ModelShape& shape) {
  const Shape dimensions = shape.dimensions(1);
  places_[batch] = graph::add_input(to_, "input", {dimensions.begin() + 1, dimensions.end()});
}

graph::Graph Lowering::run(torch::jit::Graph& from) {
  if (from.outputs().size() != 1) fail("returns " + std::to_string(from.outputs().size()) + " values");
  need(from.outputs()[0]);
  for (const Node* node : from.nodes()) {
    if (!needed_.contains(node) || node->kind() == torch::jit::prim::Constant) continue;
    at_ = node;
    lower(node);
  }
  at_ = nullptr;
  to_.output = place(from.outputs()[0]);
  return std::move(to_);
}

void Lowering::fail(const std::string& text) const {
  throw Error(ErrorKind::unsupported, at_ ? "operator " + std::string(at_->kind().toQualString()) : "the network",
              text);
}

void Lowering::need(const Value* value) {
  std::vector<const Value*> open = {value};
  while (!open.empty()) {
    const Node* node = open.back()->node();
    open.pop_back();
    if (!needed_.insert(node).second) continue;
    for (std::size_t i = 0; i < node->inputs().size(); ++i) {
      if (!(is_kind(node, "aten::lstm") && i == 1)) open.push_back(node->input(i));
    }
  }
}

bool Lowering::is_computed(const Value* value) const { return places_.contains(value); }

std::size_t Lowering::place(const Value* value) {
  if (const auto found = places_.find(value); found != places_.end()) return found->second;
  const auto constant = constant_tensor(value);
  if (!constant) fail("takes a value that is not a tensor, or of an operator that is not known");
  return places_[value] = constant_place(*constant);
}

std::size_t Lowering::constant_place(const torch::Tensor& tensor) {
  return graph::add_constant(to_, "constant_" + std::to_string(++constants_), tensor_of(tensor));
}

const Shape& Lowering::shape(const Value* value) { return to_.values[place(value)].shape; }

std::size_t Lowering::spatial_dimensions(const Value* value) {
  const Shape& x = shape(value);
  if (x.size() < 3) fail("takes [N, C, L] or [N, C, H, W], not " + graph::shape_text(x));
  return x.size() - 2;
}

std::size_t Lowering::add(graph::Operator op, std::vector<std::size_t> inputs) {
  const std::string name(graph::name_of(op));
  return graph::add_node(to_, name + "_" + std::to_string(++counts_[name]), std::move(op), std::move(inputs));
}

void Lowering::give(const Node* node, std::size_t result) {
  places_[node->output(0)] = result;
  const std::string kind = node->kind().toQualString();
  if (kind.ends_with("_") && !node->inputs().empty()) places_[node->input(0)] = result;  // it wrote over its input
}

std::int64_t Lowering::integer(const Value* value) const {
  const auto constant = torch::jit::toIValue(value);
  if (!constant || !constant->isInt()) fail("has a size that is computed");
  return constant->toInt();
}

double Lowering::number(const Value* value) const {
  const auto constant = torch::jit::toIValue(value);
  if (!constant || !constant->isScalar()) fail("has a number that is computed");
  return constant->toScalar().toDouble();
}

bool Lowering::flag(const Value* value) const {
  const auto constant = torch::jit::toIValue(value);
  if (!constant || !constant->isBool()) fail("has a choice that is computed");
  return constant->toBool();
}

Shape Lowering::sizes(const Value* value, std::size_t count, const Shape& otherwise) const {
  auto list = constant_ints(value);
  if (!list) fail("has sizes that are computed");
  if (list->empty()) list = otherwise;
  if (list->size() == 1) list->resize(count, list->front());
  if (list->size() != count) fail("has " + std::to_string(list->size()) + " sizes");
  return *list;
}

std::int64_t Lowering::axis(std::int64_t axis, std::size_t rank) const {
  if (axis < 0) axis += static_cast<std::int64_t>(rank);
  if (axis < 1 || axis >= static_cast<std::int64_t>(rank)) fail("works along the batch");
  return axis;
}

std::int64_t Lowering::axis_of(const Value* value, std::size_t rank) const { return axis(integer(value), rank); }

void Lowering::lower(const Node* node) {
  using Rule = void (Lowering::*)(const Node*);
  static const std::map<std::string, Rule, std::less<>> rules = {
      {"_convolution", &Lowering::convolution},
      {"conv1d", &Lowering::convolution},
      {"conv2d", &Lowering::convolution},
      {"batch_norm", &Lowering::batch_norm},
      {"relu", &Lowering::activation},
      {"elu", &Lowering::activation},
      {"tanh", &Lowering::activation},
      {"sigmoid", &Lowering::activation},
      {"clamp", &Lowering::activation},
      {"hardtanh", &Lowering::activation},
      {"relu6", &Lowering::activation},
      {"max_pool1d", &Lowering::max_pool},
      {"max_pool2d", &Lowering::max_pool},
      {"avg_pool1d", &Lowering::average_pool},
      {"avg_pool2d", &Lowering::average_pool},
      {"adaptive_avg_pool1d", &Lowering::adaptive_average_pool},
      {"adaptive_avg_pool2d", &Lowering::adaptive_average_pool},
      {"linear", &Lowering::linear},
      {"addmm", &Lowering::linear},
      {"matmul", &Lowering::matmul},
      {"add", &Lowering::arithmetic},
      {"mul", &Lowering::arithmetic},
      {"cat", &Lowering::cat},
      {"flatten", &Lowering::flatten},
      {"reshape", &Lowering::reshape},
      {"view", &Lowering::reshape},
      {"transpose", &Lowering::transpose},
      {"permute", &Lowering::permute},
      {"unsqueeze", &Lowering::unsqueeze},
      {"squeeze", &Lowering::squeeze},
      {"select", &Lowering::select},
      {"narrow", &Lowering::narrow},
      {"slice", &Lowering::slice},
      {"constant_pad_nd", &Lowering::pad},
      {"softmax", &Lowering::softmax},
      {"sum", &Lowering::reduce},
      {"mean", &Lowering::reduce},
      {"lstm", &Lowering::lstm},
      {"dropout", &Lowering::same},
      {"feature_dropout", &Lowering::same},
      {"contiguous", &Lowering::same},
      {"detach", &Lowering::same},
      {"to", &Lowering::same},
  };
  const std::string name = name_of(node);
  if (const auto rule = rules.find(name); rule != rules.end()) return (this->*rule->second)(node);
  // Lists and sizes are read where they are used.
  for (const char* part : {"prim::ListConstruct", "size", "prim::NumToTensor", "Int", "prim::GetAttr"})
    if (name == part) return;
  fail("is none that a model can be lowered with");
}

graph::Graph lower(const torch::jit::Module& frozen, const ModelShape& shape) {
  const torch::NoGradGuard no_grad;
  const auto graph = frozen.get_method("forward").graph();
  if (graph->inputs().size() != 2) {
    throw Error(ErrorKind::unsupported, "the network",
                "takes " + std::to_string(graph->inputs().size() - 1) + " inputs; allowed: one");
  }
  return Lowering(graph->inputs()[1], shape).run(*graph);
}

graph::Graph lower_file(const std::filesystem::path& file) {
  if (!is_torchscript(file)) {
    const Checkpoint checkpoint = load_checkpoint(file);
    return lower(trace_and_freeze(checkpoint), checkpoint.description.shape);
  }
  const ModelDescription description = engines::open_torchscript(file, Trust::by_looking)->description();
  torch::jit::Module module = torch::jit::load(file.string(), torch::kCPU);
  module.eval();
  return lower(module, description.shape);
}

}  // namespace beatbench
