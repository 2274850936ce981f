#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

namespace beatbench::archive {

struct Type;

inline constexpr std::size_t kLongestName = 512;  // of a class, an attribute, a storage or a type

/// A value of a pickle, as far as LibTorch tells it from others.
struct Value {
  enum class Kind {
    none,
    boolean,
    integer,
    number,
    text,
    tensor,
    tuple,
    list,
    dict,
    object,
    storage,
    callable,
    element_type,
    constant,
    class_name,
    unbuilt,  ///< an object before its state
    mark,
  };
  struct Content;

  Kind kind = Kind::none;
  std::int64_t integer = 0;  ///< also: how many elements a storage or a tensor has
  std::shared_ptr<Content> content = {};
};

/// What two values may share.
struct Value::Content {
  std::string text = {};             ///< of a text; the name of a callable, an element type or a class
  std::vector<Value> elements = {};  ///< of a tuple or a list; of a dict: key, value, key, value
  const Type* type = nullptr;        ///< of a list or a dict, once it is known
  std::uint64_t weight = 1;          ///< how many values it is with all it holds, one held twice counted twice
  int depth = 1;                     ///< of values within values
  bool is_held = false;              ///< is within another value
};

using Values = std::vector<Value>;

inline const std::string& text_of(const Value& value) { return value.content->text; }
inline const Values& elements_of(const Value& value) { return value.content->elements; }

/// Whether values are of these kinds, one by one.
inline bool are(const Values& values, std::initializer_list<Value::Kind> kinds) {
  return std::ranges::equal(values, kinds, {}, &Value::kind);
}

}  // namespace beatbench::archive
