#include <algorithm>
#include <cmath>

#include "graph/ops/ops.h"

namespace beatbench::graph {

Shape shape_of(const Softmax& op, Shapes inputs) {
  require(inputs.size() == 1, "takes one input");
  axis_of(op.axis, inputs[0]);
  return inputs[0];
}

void run(const Softmax& op, Inputs inputs, Tensor& y) {
  const Extents around = extents_around(y.shape, static_cast<std::size_t>(op.axis));
  for (std::size_t i = 0; i < around.outer * around.inner; ++i) {
    const std::size_t first = i / around.inner * around.size * around.inner + i % around.inner;
    const auto at = [&](std::size_t place) { return inputs[0]->floats()[first + place * around.inner]; };
    float largest = at(0);  // taken off, so that no exponential overflows
    for (std::size_t place = 1; place < around.size; ++place) largest = std::max(largest, at(place));
    double sum = 0;
    for (std::size_t place = 0; place < around.size; ++place) sum += std::exp(static_cast<double>(at(place) - largest));
    for (std::size_t place = 0; place < around.size; ++place) {
      y.floats()[first + place * around.inner] =
          static_cast<float>(std::exp(static_cast<double>(at(place) - largest)) / sum);
    }
  }
}

}  // namespace beatbench::graph
