#include <algorithm>

#include "graph/ops/ops.h"

namespace beatbench::graph {

Shape shape_of(const Slice& op, Shapes inputs) {
  require(inputs.size() == 1, "takes one input");
  Shape y = inputs[0];
  std::int64_t& size = y[axis_of(op.axis, y)];
  require(op.begin >= 0 && op.length >= 1 && op.begin <= size - op.length,
          "takes " + std::to_string(op.length) + " places from " + std::to_string(op.begin) + " on, of " +
              std::to_string(size));
  size = op.length;
  return y;
}

void run(const Slice& op, Inputs inputs, Tensor& y) {
  const Extents x = extents_around(inputs[0]->shape, static_cast<std::size_t>(op.axis));
  const std::size_t stretch = static_cast<std::size_t>(op.length) * x.inner;
  auto to = y.floats().begin();
  for (std::size_t outer = 0; outer < x.outer; ++outer) {
    const std::size_t from = (outer * x.size + static_cast<std::size_t>(op.begin)) * x.inner;
    to = std::ranges::copy_n(inputs[0]->floats().begin() + static_cast<std::ptrdiff_t>(from),
                             static_cast<std::ptrdiff_t>(stretch), to)
             .out;
  }
}

}  // namespace beatbench::graph
