#include "graph/ops/ops.h"

namespace beatbench::graph {

Shape shape_of(const Linear&, Shapes inputs) {
  require(inputs.size() == 2 || inputs.size() == 3, "takes an input, weights and perhaps a bias");
  const Shape& weight = inputs[1];
  require_constant(weight, 2, "weights");
  require(inputs[0].size() >= 2 && inputs[0].back() == weight[1],
          "has weights " + shape_text(weight) + " for an input " + shape_text(inputs[0]));
  if (inputs.size() == 3) require(inputs[2] == Shape{weight[0]}, "has a bias of shape " + shape_text(inputs[2]));
  Shape y = inputs[0];
  y.back() = weight[0];
  return y;
}

void run(const Linear&, Inputs inputs, Tensor& y) {
  const auto in = static_cast<std::size_t>(inputs[1]->shape[1]), out = static_cast<std::size_t>(inputs[1]->shape[0]);
  const std::vector<float>&x = inputs[0]->floats(), &weight = inputs[1]->floats();
  for (std::size_t i = 0; i < y.floats().size(); ++i) {
    const std::size_t row = i / out, o = i % out;
    double sum = inputs.size() == 3 ? inputs[2]->floats()[o] : 0.0;
    for (std::size_t k = 0; k < in; ++k)
      sum += static_cast<double>(x[row * in + k]) * static_cast<double>(weight[o * in + k]);
    y.floats()[i] = static_cast<float>(sum);
  }
}

std::int64_t multiplications(const Linear&, Shapes inputs, const Shape& y) {
  return inputs[1][1] * element_count(std::span(y).subspan(1));
}

}  // namespace beatbench::graph
