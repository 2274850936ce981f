#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "formats/torch_archive/pickle_value.h"

namespace beatbench::archive {

/// How many bytes the storage of a key holds ("0" -> the entry data/0); nullopt where there is none.
using StorageSize = std::function<std::optional<std::uint64_t>(const std::string& key)>;

/// A storage or a tensor.
struct Checked {
  std::int64_t elements = 0;
  std::string fault = {};  ///< what is wrong with it, or ""
};

/// Whether a name in a pickle ("torch FloatStorage") is that of a type of elements.
bool is_element_type(std::string_view name);

/// A storage by its id: ("storage", element type, key, "cpu", number of elements).
Checked check_storage(const Value& id, const StorageSize& storage_size);

/// A tensor by the arguments of _rebuild_tensor_v2 (storage, offset, sizes, strides, requires gradient, hooks) or of
/// _rebuild_qtensor, which has the scales before the last two. LibTorch does not check that it is within its storage.
Checked check_tensor(const Values& arguments, bool is_quantised);

}  // namespace beatbench::archive
