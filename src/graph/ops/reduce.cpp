#include <algorithm>

#include "graph/ops/ops.h"

namespace beatbench::graph {

Shape shape_of(const Reduce& op, Shapes inputs) {
  require(inputs.size() == 1 && !op.axes.empty(), "takes one input and at least one axis");
  Shape sizes = inputs[0], y;
  for (const std::int64_t axis : op.axes) {
    require(std::ranges::count(op.axes, axis) == 1, "has an axis twice");
    sizes[axis_of(axis, sizes)] = 1;
  }
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    if (op.keeps_axes || std::ranges::find(op.axes, static_cast<std::int64_t>(i)) == op.axes.end())
      y.push_back(sizes[i]);
  }
  return y;
}

void run(const Reduce& op, Inputs inputs, Tensor& y) {
  const Shape& shape = inputs[0]->shape;
  std::vector<double> sums(y.floats().size(), 0);
  for (std::size_t i = 0; i < inputs[0]->floats().size(); ++i) {
    std::size_t rest = i, at = 0, step = 1;
    for (std::size_t axis = shape.size(); axis-- > 0;) {
      const auto size = static_cast<std::size_t>(shape[axis]);
      if (std::ranges::find(op.axes, static_cast<std::int64_t>(axis)) == op.axes.end()) {
        at += rest % size * step;
        step *= size;
      }
      rest /= size;
    }
    sums[at] += static_cast<double>(inputs[0]->floats()[i]);
  }
  const double count = static_cast<double>(inputs[0]->floats().size()) / static_cast<double>(sums.size());
  const double by = op.kind == Reduce::Kind::mean ? count : 1.0;
  std::ranges::transform(sums, y.floats().begin(), [&](double sum) { return static_cast<float>(sum / by); });
}

}  // namespace beatbench::graph
