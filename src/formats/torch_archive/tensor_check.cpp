#include "formats/torch_archive/tensor_check.h"

#include <algorithm>
#include <array>

namespace beatbench::archive {
namespace {

using Kind = Value::Kind;

constexpr std::size_t kMostDimensions = 16;
constexpr std::int64_t kMostElements = std::int64_t{1} << 28;  // of a tensor that repeats its storage's

struct ElementType {
  std::string_view storage;
  std::uint64_t bytes;
};
constexpr std::array kElementTypes = {
    ElementType{"torch FloatStorage", 4},  ElementType{"torch DoubleStorage", 8},
    ElementType{"torch HalfStorage", 2},   ElementType{"torch BFloat16Storage", 2},
    ElementType{"torch LongStorage", 8},   ElementType{"torch IntStorage", 4},
    ElementType{"torch ShortStorage", 2},  ElementType{"torch CharStorage", 1},
    ElementType{"torch ByteStorage", 1},   ElementType{"torch BoolStorage", 1},
    ElementType{"torch QInt8Storage", 1},  ElementType{"torch QUInt8Storage", 1},
    ElementType{"torch QInt32Storage", 4},
};

const ElementType* element_type(std::string_view name) {
  const auto* found = std::ranges::find(kElementTypes, name, &ElementType::storage);
  return found == kElementTypes.end() ? nullptr : found;
}

bool are_sizes(const Value& tuple) {
  return tuple.kind == Kind::tuple && elements_of(tuple).size() <= kMostDimensions &&
         std::ranges::all_of(elements_of(tuple), [](const Value& v) { return v.kind == Kind::integer; });
}

// How many elements the tensor has; nullopt if it reaches beyond the storage's.
std::optional<std::int64_t> elements_within(std::int64_t available, std::int64_t offset, const Values& sizes,
                                            const Values& strides) {
  if (offset < 0) return std::nullopt;
  const std::int64_t most = std::max(available, kMostElements);
  const bool is_empty = std::ranges::any_of(sizes, [](const Value& size) { return size.integer == 0; });
  std::int64_t last = offset, elements = 1;
  for (std::size_t i = 0; i < sizes.size(); ++i) {
    const std::int64_t size = sizes[i].integer, stride = strides[i].integer;
    if (size < 0 || stride < 0 || (size > 0 && elements > most / size)) return std::nullopt;
    elements *= std::max<std::int64_t>(size, 1);
    if (size < 2) continue;
    if (stride == 0) {
      if (size > available) return std::nullopt;  // a value repeated without end
      continue;
    }
    if (last > available || size - 1 > (available - last) / stride) return std::nullopt;
    last += (size - 1) * stride;
  }
  if (is_empty ? last > available : last >= available) return std::nullopt;
  return is_empty ? 0 : elements;
}

// (scheme, scale, zero point), or one of each for every channel along an axis: (scheme, scales, zero points, axis)
bool do_scales_fit(const Value& scales, const Values& sizes) {
  if (scales.kind != Kind::tuple) return false;
  const Values& parts = elements_of(scales);
  if (are(parts, {Kind::constant, Kind::number, Kind::integer})) return true;
  if (!are(parts, {Kind::constant, Kind::tensor, Kind::tensor, Kind::integer})) return false;
  const std::int64_t axis = parts[3].integer;
  if (axis < 0 || axis >= static_cast<std::int64_t>(sizes.size())) return false;
  const std::int64_t channels = sizes[static_cast<std::size_t>(axis)].integer;
  return parts[1].integer == channels && parts[2].integer == channels;
}

}  // namespace

bool is_element_type(std::string_view name) { return element_type(name) != nullptr; }

Checked check_storage(const Value& id, const StorageSize& storage_size) {
  if (id.kind != Kind::tuple ||
      !are(elements_of(id), {Kind::text, Kind::element_type, Kind::text, Kind::text, Kind::integer})) {
    return {.fault = "refers to a storage in another way than LibTorch does"};
  }
  const Values& parts = elements_of(id);
  const std::string& key = text_of(parts[2]);
  const std::int64_t count = parts[4].integer;
  if (text_of(parts[0]) != "storage" || text_of(parts[3]) != "cpu" || key.size() > kLongestName) {
    return {.fault = "refers to what is no storage"};
  }
  const std::optional<std::uint64_t> bytes = storage_size(key);
  if (!bytes) return {.fault = "refers to storage '" + key + "', which is not there"};
  const std::uint64_t most = *bytes / element_type(text_of(parts[1]))->bytes;
  if (count < 0 || static_cast<std::uint64_t>(count) > most) {
    return {.fault = "takes storage '" + key + "' for " + std::to_string(count) + " elements; it holds " +
                     std::to_string(most)};
  }
  return {.elements = count};
}

Checked check_tensor(const Values& arguments, bool is_quantised) {
  if (arguments.size() != (is_quantised ? 7 : 6) || arguments[0].kind != Kind::storage ||
      arguments[1].kind != Kind::integer || !are_sizes(arguments[2]) || !are_sizes(arguments[3]) ||
      elements_of(arguments[2]).size() != elements_of(arguments[3]).size() ||
      is_quantised != text_of(elements_of(arguments[0])[1]).starts_with("torch Q")) {
    return {.fault = "makes a tensor in another way than LibTorch does"};
  }
  const Values &sizes = elements_of(arguments[2]), &strides = elements_of(arguments[3]);
  if (is_quantised && !do_scales_fit(arguments[4], sizes)) {
    return {.fault = "has a quantised tensor whose scales do not fit it"};
  }
  const std::int64_t available = arguments[0].integer;
  const std::optional<std::int64_t> elements = elements_within(available, arguments[1].integer, sizes, strides);
  if (elements) return {.elements = *elements};
  return {.fault = "has a tensor that reaches beyond storage '" + text_of(elements_of(arguments[0])[2]) + "' of " +
                   std::to_string(available) + " elements"};
}

}  // namespace beatbench::archive
