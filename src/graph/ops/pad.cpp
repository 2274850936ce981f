#include <algorithm>

#include "graph/ops/ops.h"

namespace beatbench::graph {

Shape shape_of(const Pad& op, Shapes inputs) {
  require(inputs.size() == 1, "takes one input");
  Shape y = inputs[0];
  require(op.before.size() + 1 == y.size() && op.after.size() == op.before.size(),
          "has pads for another number of axes than " + shape_text(y));
  for (std::size_t i = 0; i < op.before.size(); ++i) {
    require(op.before[i] >= 0 && op.after[i] >= 0, "cannot take away");
    y[i + 1] += op.before[i] + op.after[i];
  }
  return y;
}

void run(const Pad& op, Inputs inputs, Tensor& y) {
  std::ranges::fill(y.floats(), static_cast<float>(op.value));
  const Shape& shape = inputs[0]->shape;
  for (std::size_t i = 0; i < inputs[0]->floats().size(); ++i) {
    std::size_t rest = i, at = 0, step = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      const auto size = static_cast<std::size_t>(shape[axis]);
      const std::size_t before = axis == 0 ? 0 : static_cast<std::size_t>(op.before[axis - 1]);
      at += (rest % size + before) * step;
      step *= static_cast<std::size_t>(y.shape[axis]);
      rest /= size;
    }
    y.floats()[at] = inputs[0]->floats()[i];
  }
}

}  // namespace beatbench::graph
