#include "beatbench/graph/graph.h"

#include "beatbench/core/error.h"
#include "graph/ops/ops.h"

namespace beatbench::graph {
namespace {

std::vector<Shape> input_shapes(const Graph& graph, const Node& node) {
  std::vector<Shape> shapes;
  for (const std::size_t input : node.inputs) shapes.push_back(graph.values.at(input).shape);
  return shapes;
}

}  // namespace

std::size_t add_input(Graph& graph, std::string name, Shape shape) {
  shape.insert(shape.begin(), kBatch);
  graph.values.push_back({std::move(name), std::move(shape)});
  return graph.input = graph.values.size() - 1;
}

std::size_t add_constant(Graph& graph, std::string name, Tensor tensor) {
  if (static_cast<std::size_t>(element_count(tensor.shape)) != tensor.size()) {
    throw Error(ErrorKind::data, "constant '" + name + "'",
                "has " + std::to_string(tensor.size()) + " numbers for the shape " + shape_text(tensor.shape));
  }
  Value value{std::move(name), tensor.shape, tensor.type()};
  value.constant = std::make_shared<const Tensor>(std::move(tensor));
  graph.values.push_back(std::move(value));
  return graph.values.size() - 1;
}

std::size_t add_node(Graph& graph, std::string name, Operator op, std::vector<std::size_t> inputs) {
  Node node{std::move(name), std::move(op), std::move(inputs), graph.values.size()};
  try {
    const std::vector<Shape> shapes = input_shapes(graph, node);
    Shape shape = std::visit([&](const auto& each) { return shape_of(each, shapes); }, node.op);
    require(!shape.empty() && shape.front() == kBatch, "has a result without a batch, " + shape_text(shape));
    element_count(std::span(shape).subspan(1));
    graph.values.push_back({node.name, std::move(shape)});
  } catch (const Error& error) {
    throw Error(error.kind(), "layer '" + node.name + "' (" + std::string(name_of(node.op)) + ")", error.what());
  }
  graph.nodes.push_back(std::move(node));
  return graph.output = graph.nodes.back().output;
}

std::int64_t multiplications(const Graph& graph, const Node& node) {
  const std::vector<Shape> shapes = input_shapes(graph, node);
  const Shape& y = graph.values.at(node.output).shape;
  return std::visit([&](const auto& each) { return multiplications(each, shapes, y); }, node.op);
}

std::int64_t parameter_count(const Graph& graph) {
  std::int64_t count = 0;
  for (const Value& value : graph.values) count += value.constant ? element_count(value.shape) : 0;
  return count;
}

}  // namespace beatbench::graph
