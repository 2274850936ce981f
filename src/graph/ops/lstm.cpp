#include <algorithm>
#include <cmath>

#include "graph/ops/ops.h"

namespace beatbench::graph {
namespace {

double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }

// The sum over k of weight[k] x[k].
double product(const float* weight, const float* x, std::size_t count) {
  double sum = 0;
  for (std::size_t k = 0; k < count; ++k) sum += static_cast<double>(weight[k]) * static_cast<double>(x[k]);
  return sum;
}

}  // namespace

Shape shape_of(const Lstm&, Shapes inputs) {
  require(inputs.size() == 4, "takes an input, two matrices of weights and a bias");
  const Shape &x = inputs[0], &of_state = inputs[2];
  require(x.size() == 3, "takes [N, T, I], not " + shape_text(x));
  require_constant(of_state, 3, "weights of the state");
  const std::int64_t directions = of_state[0], gates = of_state[1], hidden = of_state[2];
  require((directions == 1 || directions == 2) && gates == 4 * hidden, "has weights " + shape_text(of_state));
  require(inputs[1] == Shape{directions, gates, x[2]} && inputs[3] == Shape{directions, gates},
          "has weights " + shape_text(inputs[1]) + " and a bias " + shape_text(inputs[3]) + " for an input " +
              shape_text(x));
  return {x[0], x[1], directions * hidden};
}

void run(const Lstm&, Inputs inputs, Tensor& y) {
  const Tensor& x = *inputs[0];
  const auto directions = static_cast<std::size_t>(inputs[2]->shape[0]),
             hidden = static_cast<std::size_t>(inputs[2]->shape[2]), in = static_cast<std::size_t>(x.shape[2]),
             steps = static_cast<std::size_t>(x.shape[1]), rows = static_cast<std::size_t>(x.shape[0]);
  std::vector<double> gates(4 * hidden), cell(hidden);
  std::vector<float> state(hidden);
  for (std::size_t i = 0; i < rows * directions; ++i) {
    const std::size_t n = i / directions, direction = i % directions;
    const float* of_input = inputs[1]->floats().data() + direction * gates.size() * in;
    const float* of_state = inputs[2]->floats().data() + direction * gates.size() * hidden;
    const float* bias = inputs[3]->floats().data() + direction * gates.size();
    std::ranges::fill(cell, 0.0);
    std::ranges::fill(state, 0.0F);
    for (std::size_t step = 0; step < steps; ++step) {
      const std::size_t t = direction == 0 ? step : steps - 1 - step;
      for (std::size_t g = 0; g < gates.size(); ++g) {
        gates[g] = static_cast<double>(bias[g]) +
                   product(of_input + g * in, x.floats().data() + (n * steps + t) * in, in) +
                   product(of_state + g * hidden, state.data(), hidden);
      }
      for (std::size_t h = 0; h < hidden; ++h) {
        cell[h] = sigmoid(gates[hidden + h]) * cell[h] + sigmoid(gates[h]) * std::tanh(gates[2 * hidden + h]);
        state[h] = static_cast<float>(sigmoid(gates[3 * hidden + h]) * std::tanh(cell[h]));
        y.floats()[((n * steps + t) * directions + direction) * hidden + h] = state[h];
      }
    }
  }
}

std::int64_t multiplications(const Lstm&, Shapes inputs, const Shape&) {
  return inputs[0][1] * (element_count(inputs[1]) + element_count(inputs[2]));
}

}  // namespace beatbench::graph
