#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "formats/torch_archive/type.h"

namespace beatbench::archive {

struct Class;

struct Method {
  struct Call {
    Class* of;
    std::string_view method;
  };
  std::vector<Call> calls;
  std::int64_t operations = 0;  ///< its own; once it is counted, with all it calls
  int height = 0;               ///< of the methods it calls, one within another
  bool is_counted = false;
};

/// A class of a model's code.
struct Class {
  std::string name;
  Attributes attributes;
  std::set<std::string> constants;
  std::map<std::string, Method, std::less<>> methods;
  int height = 0;  ///< of the classes of its attributes, one within another; 0 before it is known
};

/// Refuses classes and methods that LibTorch would not come to an end with: that hold or call themselves, or each other
/// more than 100 deep, and more than 300,000 operations in one run of a method with all it calls.
/// @throws Error(data) at `where`.
void check_bounds(std::map<std::string, Class>& classes, const std::string& where);

}  // namespace beatbench::archive
