#include <algorithm>

#include "graph/ops/ops.h"

namespace beatbench::graph {

Shape shape_of(const Concat& op, Shapes inputs) {
  require(!inputs.empty(), "takes at least one input");
  Shape y = inputs[0];
  const std::size_t axis = axis_of(op.axis, y);
  y[axis] = 0;
  for (Shape part : inputs) {
    require(part.size() == y.size(), "cannot join " + shape_text(inputs[0]) + " and " + shape_text(part));
    y[axis] += part[axis];
    part[axis] = inputs[0][axis];
    require(part == inputs[0], "cannot join " + shape_text(inputs[0]) + " and " + shape_text(part));
  }
  return y;
}

void run(const Concat& op, Inputs inputs, Tensor& y) {
  const auto axis = static_cast<std::size_t>(op.axis);
  auto to = y.floats().begin();
  for (std::size_t outer = 0; outer < extents_around(y.shape, axis).outer; ++outer) {
    for (const Tensor* part : inputs) {
      const Extents around = extents_around(part->shape, axis);
      const std::size_t stretch = around.size * around.inner;
      to = std::ranges::copy_n(part->floats().begin() + static_cast<std::ptrdiff_t>(outer * stretch),
                               static_cast<std::ptrdiff_t>(stretch), to)
               .out;
    }
  }
}

}  // namespace beatbench::graph
