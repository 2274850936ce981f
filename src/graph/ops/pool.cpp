#include <algorithm>
#include <limits>

#include "graph/ops/ops.h"
#include "graph/ops/windows.h"

namespace beatbench::graph {

Shape shape_of(const Pool& op, Shapes inputs) {
  require(inputs.size() == 1, "takes one input");
  const Shape& x = inputs[0];
  require(x.size() == 3 || x.size() == 4, "takes [N, C, L] or [N, C, H, W], not " + shape_text(x));
  Shape y = {x[0], x[1]};
  for (const Shape* list : {&op.kernel, &op.stride, &op.pad_before, &op.pad_after})
    require(list->size() == x.size() - 2, "has sizes, strides or pads for another number of dimensions");
  for (std::size_t i = 0; i + 2 < x.size(); ++i) {
    require(op.pad_before[i] < op.kernel[i] && op.pad_after[i] < op.kernel[i], "has windows that lie outside");
    y.push_back(window_count(x[2 + i], op.kernel[i], op.stride[i], op.pad_before[i], op.pad_after[i], 1));
  }
  return y;
}

void run(const Pool& op, Inputs inputs, Tensor& y) {
  const Tensor& x = *inputs[0];
  const auto [rows, columns] =
      window_axes(x.shape, y.shape, op.kernel, op.stride, op.pad_before, Shape(op.kernel.size(), 1));
  const float* plane = x.floats().data();
  float* result = y.floats().data();
  for (std::int64_t planes = x.shape[0] * x.shape[1]; planes > 0; --planes, plane += rows.in * columns.in) {
    for (std::int64_t i = 0; i < rows.out * columns.out; ++i) {
      const std::int64_t row = i / columns.out, column = i % columns.out;
      const std::int64_t top = std::max<std::int64_t>(rows.at(row, 0), 0),
                         bottom = std::min(rows.at(row, rows.kernel), rows.in),
                         left = std::max<std::int64_t>(columns.at(column, 0), 0),
                         right = std::min(columns.at(column, columns.kernel), columns.in);
      float largest = -std::numeric_limits<float>::infinity();
      double sum = 0;
      for (std::int64_t r = top; r < bottom; ++r) {
        for (std::int64_t c = left; c < right; ++c) {
          largest = std::max(largest, plane[r * columns.in + c]);
          sum += static_cast<double>(plane[r * columns.in + c]);
        }
      }
      const std::int64_t count = op.counts_padding ? rows.kernel * columns.kernel : (bottom - top) * (right - left);
      *result++ = op.kind == Pool::Kind::largest ? largest : static_cast<float>(sum / static_cast<double>(count));
    }
  }
}

}  // namespace beatbench::graph
