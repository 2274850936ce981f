#pragma once

#include <cstdint>
#include <string_view>
#include <variant>
#include <vector>

#include "beatbench/graph/tensor.h"

// What a lowered model is made of. Each operator has its definition here, and a file in src/graph/ops with its shape
// rule and a plain reference kernel. x is an operator's first input, y its result; N is the batch, C channels. Axes
// count from the batch, which is axis 0; no operator but Reshape, Transpose and Slice may mix what is of one input.
namespace beatbench::graph {

/// Convolution (cross-correlation) of x [N, C, L] or [N, C, H, W] with weights [O, C / groups, K...] and, if there is a
/// third input, a bias [O]:
///   y[n, o, t] = bias[o] + sum over c, k of weight[o, c, k] x[n, group of o + c, t stride + k dilation - pad_before]
/// where x is 0 outside. Each list has a number for every dimension of K.
struct Conv {
  Shape stride, pad_before, pad_after, dilation;
  std::int64_t groups = 1;
  bool operator==(const Conv&) const = default;
};

/// y = x weight^T + bias over the last dimension of x: weights [out, in], a third input [out] is a bias.
struct Linear {
  bool operator==(const Linear&) const = default;
};

/// y[n, c, ...] = x[n, c, ...] scale[c] + shift[c], inputs x, scale [C], shift [C]: what a batch norm is in use.
struct ChannelAffine {
  bool operator==(const ChannelAffine&) const = default;
};

/// An operation on each number: relu max(x, 0); elu x where it is above 0, else alpha (exp(x) - 1) (Clevert et al.
/// 2016, arXiv 1511.07289); tanh; sigmoid 1 / (1 + exp(-x)); clamp max(low, min(x, high)).
enum class Function { relu, elu, tanh, sigmoid, clamp };
struct Activation {
  Function function = Function::relu;
  double alpha = 1;          ///< of elu
  double low = 0, high = 6;  ///< of clamp
  bool operator==(const Activation&) const = default;
};

/// Of each window of x [N, C, L] or [N, C, H, W] its largest number, or its mean; what lies outside of x does not
/// count, but for a mean with `counts_padding`, where it is zeros.
struct Pool {
  enum class Kind { largest, mean };
  Kind kind = Kind::largest;
  Shape kernel, stride, pad_before, pad_after;
  bool counts_padding = false;
  bool operator==(const Pool&) const = default;
};

/// a + b or a b. Dimensions of size 1, and those that the shorter shape lacks in front, are repeated (as NumPy does).
struct Arithmetic {
  enum class Kind { add, multiply };
  Kind kind = Kind::add;
  bool operator==(const Arithmetic&) const = default;
};

/// The inputs one behind the other along an axis.
struct Concat {
  std::int64_t axis = 1;
  bool operator==(const Concat&) const = default;
};

/// The same numbers in the same order under another shape, [N, dimensions...].
struct Reshape {
  Shape dimensions;
  bool operator==(const Reshape&) const = default;
};

/// Axis i of y is axis permutation[i] of x; the batch stays in front.
struct Transpose {
  Shape permutation;
  bool operator==(const Transpose&) const = default;
};

/// The `length` places from `begin` on along an axis.
struct Slice {
  std::int64_t axis = 1, begin = 0, length = 1;
  bool operator==(const Slice&) const = default;
};

/// x with a constant around it, so many places before and after on each axis behind the batch.
struct Pad {
  Shape before, after;
  double value = 0;
  bool operator==(const Pad&) const = default;
};

/// exp(x) over the sum of exp(x) along an axis.
struct Softmax {
  std::int64_t axis = 1;
  bool operator==(const Softmax&) const = default;
};

/// The sum, or the mean, over axes, which are gone from y, or with `keeps_axes` have size 1.
struct Reduce {
  enum class Kind { sum, mean };
  Kind kind = Kind::mean;
  Shape axes;
  bool keeps_axes = false;
  bool operator==(const Reduce&) const = default;
};

/// Long short-term memory (Hochreiter & Schmidhuber 1997, doi:10.1162/neco.1997.9.8.1735, with the forget gate of Gers
/// et al. 2000) over x [N, T, I], from states of zeros. Inputs: x, weights of the input [D, 4 H, I], weights of the
/// state [D, 4 H, H], bias [D, 4 H]; the gates in the order input, forget, cell, output, as PyTorch has them. D is 1,
/// or 2 where a second one reads from the end. y [N, T, D H] holds the states h:
///   i, f, o = sigmoid(...), g = tanh(...);  c = f c + i g;  h = o tanh(c)
struct Lstm {
  bool operator==(const Lstm&) const = default;
};

using Operator = std::variant<Conv, Linear, ChannelAffine, Activation, Pool, Arithmetic, Concat, Reshape, Transpose,
                              Slice, Pad, Softmax, Reduce, Lstm>;

/// As in "conv" or "max_pool".
std::string_view name_of(const Operator& op);

}  // namespace beatbench::graph
