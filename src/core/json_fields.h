#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "beatbench/core/error.h"

namespace beatbench {

/// Sets `value` to the field of an object. @throws Error(data) at `where` naming the field; the JSON library's own
/// message names it only where it is missing.
template <typename T>
void get_field(const nlohmann::json& object, const char* field, const std::string& where, T& value) {
  try {
    object.at(field).get_to(value);
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::data, where, "field '" + std::string(field) + "': " + error.what());
  }
}

}  // namespace beatbench
