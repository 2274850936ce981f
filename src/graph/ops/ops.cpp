#include "graph/ops/ops.h"

#include <algorithm>

#include "beatbench/core/error.h"

namespace beatbench::graph {

void require(bool holds, const std::string& text) {
  if (!holds) throw Error(ErrorKind::data, "", text);
}

void require_constant(const Shape& shape, std::size_t rank, const std::string& what) {
  require(shape.size() == rank && std::ranges::all_of(shape, [](std::int64_t size) { return size > 0; }),
          "has " + what + " of shape " + shape_text(shape));
}

std::size_t axis_of(std::int64_t axis, const Shape& shape) {
  require(axis >= 1 && axis < static_cast<std::int64_t>(shape.size()),
          "has no axis " + std::to_string(axis) + " behind the batch of " + shape_text(shape));
  return static_cast<std::size_t>(axis);
}

Extents extents_around(const Shape& shape, std::size_t axis) {
  const auto count = [](std::span<const std::int64_t> part) { return static_cast<std::size_t>(element_count(part)); };
  return {count(std::span(shape).first(axis)), static_cast<std::size_t>(shape[axis]),
          count(std::span(shape).subspan(axis + 1))};
}

}  // namespace beatbench::graph
