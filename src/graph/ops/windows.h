#pragma once

#include <array>
#include <cstdint>

#include "beatbench/graph/tensor.h"

// Windows that move over one or two dimensions, for Conv and Pool.
namespace beatbench::graph {

struct WindowAxis {
  std::int64_t in = 1, out = 1, kernel = 1, stride = 1, before = 0, dilation = 1;

  /// Where a window's place lies in x; outside of 0 to in - 1 in the padding.
  std::int64_t at(std::int64_t window, std::int64_t place) const { return window * stride + place * dilation - before; }
};

/// Rows and columns; a signal is one row. `y` is the shape of the result.
inline std::array<WindowAxis, 2> window_axes(const Shape& x, const Shape& y, const Shape& kernel, const Shape& stride,
                                             const Shape& before, const Shape& dilation) {
  std::array<WindowAxis, 2> axes;
  for (std::size_t i = 0; i < kernel.size(); ++i) {
    axes[2 - kernel.size() + i] = {x[2 + i], y[2 + i], kernel[i], stride[i], before[i], dilation[i]};
  }
  return axes;
}

/// How many windows there are along a dimension of `in`. @throws Error(data) if there is none.
std::int64_t window_count(std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t before,
                          std::int64_t after, std::int64_t dilation);

}  // namespace beatbench::graph
