#include <algorithm>

#include "beatbench/core/error.h"
#include "beatbench/graph/graph.h"
#include "graph/ops/ops.h"

namespace beatbench::graph {
namespace {

// For each value, how many nodes are still to take it.
std::vector<std::size_t> uses_of(const Graph& graph) {
  std::vector<std::size_t> uses(graph.values.size(), 0);
  for (const Node& node : graph.nodes) {
    for (const std::size_t input : node.inputs) ++uses.at(input);
  }
  ++uses.at(graph.output);
  return uses;
}

}  // namespace

Tensor run(const Graph& graph, const Tensor& input) {
  Shape wanted = graph.values.at(graph.input).shape;
  wanted.front() = input.shape.empty() ? kBatch : input.shape.front();
  if (input.shape != wanted || input.type() != DataType::float32) {
    throw Error(ErrorKind::usage, "input",
                "has the shape " + shape_text(input.shape) +
                    "; allowed: " + shape_text(graph.values.at(graph.input).shape) + " of float32");
  }
  std::vector<Tensor> computed(graph.values.size());
  std::vector<std::size_t> uses = uses_of(graph);
  const auto tensor_of = [&](std::size_t value) {
    if (value == graph.input) return &input;
    const auto& constant = graph.values[value].constant;
    return constant ? constant.get() : &computed[value];
  };
  for (const Node& node : graph.nodes) {
    std::vector<const Tensor*> inputs;
    for (const std::size_t each : node.inputs) inputs.push_back(tensor_of(each));
    Tensor& y = computed[node.output];
    y.shape = graph.values[node.output].shape;
    y.shape.front() = input.shape.front();
    y.values = std::vector<float>(static_cast<std::size_t>(element_count(y.shape)));
    std::visit([&](const auto& op) { run(op, inputs, y); }, node.op);
    for (const std::size_t each : node.inputs) {
      if (--uses[each] == 0) computed[each] = {};
    }
  }
  return *tensor_of(graph.output);
}

}  // namespace beatbench::graph
