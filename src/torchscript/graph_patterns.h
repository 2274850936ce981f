#pragma once

#include <torch/csrc/jit/ir/ir.h>
#include <torch/script.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

// What the nodes of a traced and frozen graph are, read from their operators and constants.
namespace beatbench {

using Ints = std::vector<std::int64_t>;

/// Whether a node is that operator, in place or not.
bool is_kind(const torch::jit::Node* node, const std::string& name);

/// The value, where it is a constant of that type.
std::optional<torch::Tensor> constant_tensor(const torch::jit::Value* value);
std::optional<Ints> constant_ints(const torch::jit::Value* value);
bool is_number(const torch::jit::Value* value, double number);
bool is_none(const torch::jit::Value* value);

struct Convolution {
  torch::Tensor weight;  ///< [out, in / groups, height, width]
  c10::IValue bias;      ///< a tensor, or none
  Ints stride, padding, dilation;
  std::int64_t groups = 1;
};

/// The constant parts of aten::_convolution, conv1d and conv2d, a signal's with a height of 1; nullopt for any other
/// node, and where they are computed.
std::optional<Convolution> convolution_of(const torch::jit::Node* node);

/// Takes zeros that were padded on before into the convolution. It pads both sides alike, so where one side has more,
/// that many taps of weight 0 on the other side take the surplus away. False where it cannot.
bool absorb_padding(Convolution& conv, const Ints& pads);

struct LinearLayer {
  torch::jit::Value* input;
  torch::Tensor weight;  ///< [out, in]
  c10::IValue bias;      ///< a tensor, or none
};

/// aten::linear, and what LibTorch's C++ front end traces instead: addmm, or matmul with an addition.
std::optional<LinearLayer> linear_of(const torch::jit::Node* node);

/// The only user of a value, where there is just one.
torch::jit::Node* only_user(const torch::jit::Value* value);

}  // namespace beatbench
