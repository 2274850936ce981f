#pragma once

#include <torch/csrc/jit/ir/ir.h>
#include <torch/script.h>

#include <map>
#include <set>
#include <string>
#include <unordered_map>
#include <vector>

#include "beatbench/core/model_table.h"
#include "beatbench/graph/graph.h"

namespace beatbench {

/// Turns a frozen graph of TorchScript into ours, a node after the other. The rules of layers stand in
/// lower_layers.cpp, those that only move numbers in lower_shapes.cpp.
class Lowering {
 public:
  Lowering(const torch::jit::Value* batch, const ModelShape& shape);
  graph::Graph run(torch::jit::Graph& from);

 private:
  [[noreturn]] void fail(const std::string& text) const;
  // The nodes that a value is computed from, but for the states of zeros that an LSTM begins with.
  void need(const torch::jit::Value* value);

  // --- values ---
  bool is_computed(const torch::jit::Value* value) const;
  std::size_t place(const torch::jit::Value* value);
  std::size_t constant_place(const torch::Tensor& tensor);
  const graph::Shape& shape(const torch::jit::Value* value);
  // How many dimensions lie behind batch and channels.
  std::size_t spatial_dimensions(const torch::jit::Value* value);
  std::size_t add(graph::Operator op, std::vector<std::size_t> inputs);
  void give(const torch::jit::Node* node, std::size_t result);

  // --- constants ---
  std::int64_t integer(const torch::jit::Value* value) const;
  double number(const torch::jit::Value* value) const;
  bool flag(const torch::jit::Value* value) const;
  // A list of sizes, one number standing for all of them, and `otherwise` for none.
  graph::Shape sizes(const torch::jit::Value* value, std::size_t count, const graph::Shape& otherwise = {}) const;
  // An axis as counted from the front. The batch is none that may be touched.
  std::int64_t axis(std::int64_t axis, std::size_t rank) const;
  std::int64_t axis_of(const torch::jit::Value* value, std::size_t rank) const;

  // --- operators ---
  void lower(const torch::jit::Node* node);
  void same(const torch::jit::Node* node);
  void convolution(const torch::jit::Node* node);
  std::vector<std::size_t> with_bias(std::vector<std::size_t> inputs, const torch::jit::Value* bias);
  // y = (x - mean) / sqrt(variance + epsilon) weight + bias
  void batch_norm(const torch::jit::Node* node);
  void activation(const torch::jit::Node* node);
  void max_pool(const torch::jit::Node* node);
  void average_pool(const torch::jit::Node* node);
  void adaptive_average_pool(const torch::jit::Node* node);
  void linear(const torch::jit::Node* node);
  void matmul(const torch::jit::Node* node);
  // A vector added to what a matrix gave is its bias.
  bool add_as_bias(const torch::jit::Node* node);
  void arithmetic(const torch::jit::Node* node);
  void cat(const torch::jit::Node* node);
  void reshaped(const torch::jit::Node* node, graph::Shape dimensions);
  void flatten(const torch::jit::Node* node);
  // An item of a list of sizes: a constant, or the size of a tensor, of which the batch is graph::kBatch.
  std::int64_t size_item(const torch::jit::Value* value);
  void reshape(const torch::jit::Node* node);
  void transpose(const torch::jit::Node* node);
  void permute(const torch::jit::Node* node);
  void unsqueeze(const torch::jit::Node* node);
  void squeeze(const torch::jit::Node* node);
  std::size_t part(const torch::jit::Value* x, std::int64_t along, std::int64_t begin, std::int64_t length);
  void select(const torch::jit::Node* node);
  void narrow(const torch::jit::Node* node);
  void slice(const torch::jit::Node* node);
  void pad(const torch::jit::Node* node);
  void softmax(const torch::jit::Node* node);
  void reduce(const torch::jit::Node* node);
  // Layers and directions as PyTorch stores them: weights of the input [4 H, I], of the state, and two biases each.
  void lstm(const torch::jit::Node* node);
  graph::Graph to_;
  std::unordered_map<const torch::jit::Value*, std::size_t> places_;
  std::set<const torch::jit::Node*> needed_;
  std::map<std::string, int> counts_;
  int constants_ = 0;
  const torch::jit::Node* at_ = nullptr;
};

}  // namespace beatbench
