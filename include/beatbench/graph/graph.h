#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "beatbench/graph/operators.h"
#include "beatbench/graph/tensor.h"

namespace beatbench::graph {

/// The first dimension of all that is computed: as many inputs as are run at once.
inline constexpr std::int64_t kBatch = -1;

/// What a node computes, or a constant.
struct Value {
  std::string name;
  Shape shape;  ///< [kBatch, ...], or that of the constant
  DataType type = DataType::float32;
  std::shared_ptr<const Tensor> constant = nullptr;  ///< nullptr: it is computed
};

/// An operator, what it takes and what it gives, as places in Graph::values.
struct Node {
  std::string name;  ///< of the layer, unlike any other's
  Operator op;
  std::vector<std::size_t> inputs;
  std::size_t output = 0;
};

/// A model in use, lowered to operators: each value is computed once, by nodes that stand in the order of computing.
struct Graph {
  std::vector<Value> values;
  std::vector<Node> nodes;
  std::size_t input = 0, output = 0;
};

/// Adds the input, a constant or a node, and returns the place of its value. A node's shape follows from its inputs.
/// @throws Error(data) naming the node and its operator if it cannot take such inputs.
std::size_t add_input(Graph& graph, std::string name, Shape shape);
std::size_t add_constant(Graph& graph, std::string name, Tensor tensor);
std::size_t add_node(Graph& graph, std::string name, Operator op, std::vector<std::size_t> inputs);

/// Multiplications (with their additions) that a node takes for one input: of Conv, Linear and Lstm, where others have
/// none.
std::int64_t multiplications(const Graph& graph, const Node& node);

/// Numbers in constants.
std::int64_t parameter_count(const Graph& graph);

/// What the graph computes for inputs [n, ...] of float32, node by node with the reference kernels.
/// @throws Error(usage) if the input has another shape.
Tensor run(const Graph& graph, const Tensor& input);

}  // namespace beatbench::graph
