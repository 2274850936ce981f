#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "formats/torch_archive/code_lexer.h"
#include "formats/torch_archive/pickle_value.h"

namespace beatbench::archive {

/// A type as TorchScript writes it: "Tensor", "Dict[str, List[int]]", "__torch__.a.Net".
struct Type {
  std::string name;
  std::vector<Type> parts;  ///< in brackets behind the name

  bool operator==(const Type&) const = default;
};

/// The attributes that are pickled, of every class of an archive: name -> type.
using Attributes = std::map<std::string, Type>;
using Classes = std::map<std::string, Attributes>;

/// Reads a type and moves `at` behind it. The tokens end with Kind::end.
/// @returns whether it is one.
bool read_type(const std::vector<Token>& tokens, std::size_t& at, Type& type);

/// Whether a value is of a type. LibTorch takes a pickle's word for that, and reads it as the type that the code says.
/// Lists and dicts keep the first type they are looked at as, so that none is of two; the type must outlive them.
bool is_of(const Value& value, const Type& type);

}  // namespace beatbench::archive
