#include <algorithm>

#include "graph/ops/ops.h"

namespace beatbench::graph {
namespace {

// How far apart neighbours along each axis of y lie in an operand, which has its shape but for what is repeated.
std::vector<std::size_t> steps_of(const Shape& operand, const Shape& y) {
  std::vector<std::size_t> steps(y.size(), 0);
  std::size_t step = 1;
  for (std::size_t i = 1; i <= operand.size(); ++i) {
    const std::int64_t size = operand[operand.size() - i];
    if (size != 1) steps[y.size() - i] = step;
    step *= static_cast<std::size_t>(size);
  }
  return steps;
}

}  // namespace

Shape shape_of(const Arithmetic&, Shapes inputs) {
  require(inputs.size() == 2, "takes two inputs");
  Shape y(std::max(inputs[0].size(), inputs[1].size()), 1);
  for (const Shape& operand : inputs) {
    for (std::size_t i = 1; i <= operand.size(); ++i) {
      const std::int64_t size = operand[operand.size() - i];
      std::int64_t& whole = y[y.size() - i];
      require(size == 1 || whole == 1 || size == whole,
              "cannot take " + shape_text(inputs[0]) + " and " + shape_text(inputs[1]) + " together");
      if (size != 1) whole = size;
    }
  }
  return y;
}

void run(const Arithmetic& op, Inputs inputs, Tensor& y) {
  const auto a_steps = steps_of(inputs[0]->shape, y.shape), b_steps = steps_of(inputs[1]->shape, y.shape);
  const std::vector<float>&a = inputs[0]->floats(), &b = inputs[1]->floats();
  for (std::size_t i = 0; i < y.floats().size(); ++i) {
    std::size_t rest = i, in_a = 0, in_b = 0;
    for (std::size_t axis = y.shape.size(); axis-- > 0;) {
      const auto size = static_cast<std::size_t>(y.shape[axis]);
      in_a += rest % size * a_steps[axis];
      in_b += rest % size * b_steps[axis];
      rest /= size;
    }
    y.floats()[i] = op.kind == Arithmetic::Kind::add ? a[in_a] + b[in_b] : a[in_a] * b[in_b];
  }
}

}  // namespace beatbench::graph
