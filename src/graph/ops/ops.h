#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "beatbench/graph/operators.h"
#include "beatbench/graph/tensor.h"

// For each operator, in the file of its name:
// - shape_of: the shape of y, where the first dimension of all that is computed is the batch
// - run: computes y, whose shape is set and whose numbers have their room
// - multiplications for one input, of those that have any
namespace beatbench::graph {

using Shapes = std::span<const Shape>;
using Inputs = std::span<const Tensor* const>;

/// @throws Error(data) of no place with that text, unless it holds.
void require(bool holds, const std::string& text);

/// A constant input's shape: sizes that are all known.
void require_constant(const Shape& shape, std::size_t rank, const std::string& what);

/// The axis of a shape behind the batch. @throws Error(data).
std::size_t axis_of(std::int64_t axis, const Shape& shape);

/// How many numbers lie before, in and behind an axis: of [2, 3, 4] and axis 1, 2, 3 and 4.
struct Extents {
  std::size_t outer, size, inner;
};
Extents extents_around(const Shape& shape, std::size_t axis);

Shape shape_of(const Conv& op, Shapes inputs);
Shape shape_of(const Linear& op, Shapes inputs);
Shape shape_of(const ChannelAffine& op, Shapes inputs);
Shape shape_of(const Activation& op, Shapes inputs);
Shape shape_of(const Pool& op, Shapes inputs);
Shape shape_of(const Arithmetic& op, Shapes inputs);
Shape shape_of(const Concat& op, Shapes inputs);
Shape shape_of(const Reshape& op, Shapes inputs);
Shape shape_of(const Transpose& op, Shapes inputs);
Shape shape_of(const Slice& op, Shapes inputs);
Shape shape_of(const Pad& op, Shapes inputs);
Shape shape_of(const Softmax& op, Shapes inputs);
Shape shape_of(const Reduce& op, Shapes inputs);
Shape shape_of(const Lstm& op, Shapes inputs);

void run(const Conv& op, Inputs inputs, Tensor& y);
void run(const Linear& op, Inputs inputs, Tensor& y);
void run(const ChannelAffine& op, Inputs inputs, Tensor& y);
void run(const Activation& op, Inputs inputs, Tensor& y);
void run(const Pool& op, Inputs inputs, Tensor& y);
void run(const Arithmetic& op, Inputs inputs, Tensor& y);
void run(const Concat& op, Inputs inputs, Tensor& y);
void run(const Reshape& op, Inputs inputs, Tensor& y);
void run(const Transpose& op, Inputs inputs, Tensor& y);
void run(const Slice& op, Inputs inputs, Tensor& y);
void run(const Pad& op, Inputs inputs, Tensor& y);
void run(const Softmax& op, Inputs inputs, Tensor& y);
void run(const Reduce& op, Inputs inputs, Tensor& y);
void run(const Lstm& op, Inputs inputs, Tensor& y);

std::int64_t multiplications(const Conv& op, Shapes inputs, const Shape& y);
std::int64_t multiplications(const Linear& op, Shapes inputs, const Shape& y);
std::int64_t multiplications(const Lstm& op, Shapes inputs, const Shape& y);
template <typename Other>
std::int64_t multiplications(const Other&, Shapes, const Shape&) {
  return 0;
}

}  // namespace beatbench::graph
