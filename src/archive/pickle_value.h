#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace beatbench::archive {

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
  std::uint64_t weight = 1;          ///< how many values it is with all it holds, one held twice counted twice
  int depth = 1;                     ///< of values within values
  bool is_held = false;              ///< is within another value
};

}  // namespace beatbench::archive
