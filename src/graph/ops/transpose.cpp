#include <algorithm>
#include <numeric>

#include "graph/ops/ops.h"

namespace beatbench::graph {

Shape shape_of(const Transpose& op, Shapes inputs) {
  require(inputs.size() == 1, "takes one input");
  Shape identity(inputs[0].size()), y;
  std::iota(identity.begin(), identity.end(), 0);
  require(
      !op.permutation.empty() && op.permutation.front() == 0 && std::ranges::is_permutation(op.permutation, identity),
      "has no order of the axes of " + shape_text(inputs[0]) + " with the batch in front");
  for (const std::int64_t axis : op.permutation) y.push_back(inputs[0][static_cast<std::size_t>(axis)]);
  return y;
}

void run(const Transpose& op, Inputs inputs, Tensor& y) {
  std::vector<std::size_t> steps;  // in x, for each axis of y
  for (const std::int64_t axis : op.permutation)
    steps.push_back(extents_around(inputs[0]->shape, static_cast<std::size_t>(axis)).inner);
  for (std::size_t i = 0; i < y.floats().size(); ++i) {
    std::size_t rest = i, at = 0;
    for (std::size_t axis = y.shape.size(); axis-- > 0;) {
      const auto size = static_cast<std::size_t>(y.shape[axis]);
      at += rest % size * steps[axis];
      rest /= size;
    }
    y.floats()[i] = inputs[0]->floats()[at];
  }
}

}  // namespace beatbench::graph
