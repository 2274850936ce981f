#include <algorithm>
#include <cmath>

#include "graph/ops/ops.h"

namespace beatbench::graph {

Shape shape_of(const Activation& op, Shapes inputs) {
  require(inputs.size() == 1, "takes one input");
  require(op.low <= op.high, "clamps to nothing");
  return inputs[0];
}

void run(const Activation& op, Inputs inputs, Tensor& y) {
  const auto alpha = static_cast<float>(op.alpha), low = static_cast<float>(op.low), high = static_cast<float>(op.high);
  const auto apply = [&](auto function) { std::ranges::transform(inputs[0]->floats(), y.floats().begin(), function); };
  switch (op.function) {
    case Function::relu:
      return apply([](float x) { return std::max(x, 0.0F); });
    case Function::elu:
      return apply([=](float x) { return x > 0 ? x : alpha * std::expm1(x); });
    case Function::tanh:
      return apply([](float x) { return std::tanh(x); });
    case Function::sigmoid:
      return apply([](float x) { return 1 / (1 + std::exp(-x)); });
    case Function::clamp:
      return apply([=](float x) { return std::max(low, std::min(x, high)); });
  }
}

}  // namespace beatbench::graph
