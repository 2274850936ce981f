#pragma once

#include <string>
#include <string_view>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"

// What every registry is: rows with a name.
namespace beatbench {

/// "a, b, c" of the rows' names.
template <typename Rows>
std::string names_of(const Rows& rows) {
  return joined(rows, ", ", [](const auto& row) { return std::string_view(row.name); });
}

/// The row of that name. @throws Error(usage) at `place`, listing the names that there are.
template <typename Rows>
const auto& require_row(const Rows& rows, std::string_view name, const std::string& place, const std::string& kind) {
  for (const auto& row : rows) {
    if (row.name == name) return row;
  }
  throw Error(ErrorKind::usage, place,
              "there is no " + kind + " '" + std::string(name) + "'; valid: " + names_of(rows));
}

}  // namespace beatbench
