#include <algorithm>

#include "graph/ops/ops.h"
#include "graph/ops/windows.h"

namespace beatbench::graph {
namespace {

Shape kernel_of(const Shape& weight) { return {weight.begin() + 2, weight.end()}; }

}  // namespace

Shape shape_of(const Conv& op, Shapes inputs) {
  require(inputs.size() == 2 || inputs.size() == 3, "takes an input, weights and perhaps a bias");
  const Shape &x = inputs[0], &weight = inputs[1];
  require(x.size() == 3 || x.size() == 4, "takes [N, C, L] or [N, C, H, W], not " + shape_text(x));
  require_constant(weight, x.size(), "weights");
  const std::size_t dimensions = x.size() - 2;
  for (const Shape* list : {&op.stride, &op.pad_before, &op.pad_after, &op.dilation})
    require(list->size() == dimensions, "has strides, pads or dilations for another number of dimensions");
  require(op.groups >= 1 && weight[0] % op.groups == 0 && x[1] == weight[1] * op.groups,
          "has weights " + shape_text(weight) + " in " + std::to_string(op.groups) + " groups for an input " +
              shape_text(x));
  if (inputs.size() == 3) require(inputs[2] == Shape{weight[0]}, "has a bias of shape " + shape_text(inputs[2]));
  Shape y = {x[0], weight[0]};
  for (std::size_t i = 0; i < dimensions; ++i) {
    y.push_back(window_count(x[2 + i], weight[2 + i], op.stride[i], op.pad_before[i], op.pad_after[i], op.dilation[i]));
  }
  return y;
}

void run(const Conv& op, Inputs inputs, Tensor& y) {
  const Tensor &x = *inputs[0], &weight = *inputs[1];
  const auto [rows, columns] =
      window_axes(x.shape, y.shape, kernel_of(weight.shape), op.stride, op.pad_before, op.dilation);
  const std::int64_t out = y.shape[1], in = x.shape[1], group_in = weight.shape[1], group_out = out / op.groups;
  const float* w = weight.floats().data();
  float* result = y.floats().data();
  std::vector<double> sums(static_cast<std::size_t>(rows.out * columns.out));
  for (std::int64_t n = 0; n < x.shape[0]; ++n) {
    for (std::int64_t o = 0; o < out; ++o) {
      std::ranges::fill(sums, inputs.size() == 3 ? inputs[2]->floats()[static_cast<std::size_t>(o)] : 0.0);
      for (std::int64_t c = 0; c < group_in; ++c) {
        const float* plane = x.floats().data() + (n * in + o / group_out * group_in + c) * rows.in * columns.in;
        const float* taps = w + (o * group_in + c) * rows.kernel * columns.kernel;
        for (std::int64_t i = 0; i < rows.kernel * columns.kernel; ++i) {
          const std::int64_t row_tap = i / columns.kernel, column_tap = i % columns.kernel;
          for (std::int64_t row = 0; row < rows.out; ++row) {
            const std::int64_t from = rows.at(row, row_tap);
            if (from < 0 || from >= rows.in) continue;
            for (std::int64_t column = 0; column < columns.out; ++column) {
              const std::int64_t at = columns.at(column, column_tap);
              if (at < 0 || at >= columns.in) continue;
              sums[static_cast<std::size_t>(row * columns.out + column)] +=
                  static_cast<double>(taps[i]) * static_cast<double>(plane[from * columns.in + at]);
            }
          }
        }
      }
      result = std::ranges::transform(sums, result, [](double sum) { return static_cast<float>(sum); }).out;
    }
  }
}

std::int64_t multiplications(const Conv&, Shapes inputs, const Shape& y) {
  const std::int64_t taps = element_count(inputs[1]) / inputs[1][0];
  return taps * element_count(std::span(y).subspan(1));
}

}  // namespace beatbench::graph
