#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace beatbench::graph {

using Shape = std::vector<std::int64_t>;

/// How many numbers a shape holds; 1 for none. @throws Error(data) for a negative size, or more than 2^40.
std::int64_t element_count(std::span<const std::int64_t> shape);

/// As in "[2, 3]"; the batch, whose size is open, as N.
std::string shape_text(std::span<const std::int64_t> shape);

/// In the order of the alternatives of Tensor::values.
enum class DataType { float32, int8, uint8, int16, int32 };

std::string_view name_of(DataType type);
std::size_t bytes_of(DataType type);

/// Numbers in row order: the last dimension is the one that lies together.
struct Tensor {
  Shape shape;
  std::variant<std::vector<float>, std::vector<std::int8_t>, std::vector<std::uint8_t>, std::vector<std::int16_t>,
               std::vector<std::int32_t>>
      values;

  DataType type() const { return static_cast<DataType>(values.index()); }
  std::size_t size() const {
    return std::visit([](const auto& numbers) { return numbers.size(); }, values);
  }
  /// @throws std::bad_variant_access if it is of another type.
  const std::vector<float>& floats() const { return std::get<std::vector<float>>(values); }
  std::vector<float>& floats() { return std::get<std::vector<float>>(values); }
  bool operator==(const Tensor&) const = default;
};

}  // namespace beatbench::graph
