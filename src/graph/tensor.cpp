#include "beatbench/graph/tensor.h"

#include <array>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"

namespace beatbench::graph {
namespace {

constexpr std::int64_t kMostElements = std::int64_t{1} << 40;

}  // namespace

std::int64_t element_count(std::span<const std::int64_t> shape) {
  std::int64_t count = 1;
  for (const std::int64_t size : shape) {
    if (size < 0 || (size > 0 && count > kMostElements / size)) {
      throw Error(ErrorKind::data, "", "a tensor cannot have the shape " + shape_text(shape));
    }
    count *= size;
  }
  return count;
}

std::string shape_text(std::span<const std::int64_t> shape) {
  return "[" + joined(shape, ", ", [](std::int64_t size) { return size == -1 ? "N" : std::to_string(size); }) + "]";
}

std::string_view name_of(DataType type) {
  constexpr std::array<std::string_view, 5> names = {"float32", "int8", "uint8", "int16", "int32"};
  return names.at(static_cast<std::size_t>(type));
}

std::size_t bytes_of(DataType type) {
  constexpr std::array<std::size_t, 5> bytes = {4, 1, 1, 2, 4};
  return bytes.at(static_cast<std::size_t>(type));
}

}  // namespace beatbench::graph
