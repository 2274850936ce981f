#pragma once

#include <concepts>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <utility>

#include "beatbench/core/error.h"

namespace beatbench {

/// Parses a JSON text of at most 64 MiB that is nested at most 64 deep.
/// @throws Error(data) at `where` for anything else.
inline nlohmann::json parse_json(std::string_view text, const std::string& where) {
  constexpr std::size_t kMostBytes = std::size_t{64} << 20;
  constexpr int kDeepest = 64;
  if (text.size() > kMostBytes) {
    throw Error(ErrorKind::data, where,
                "has " + std::to_string(text.size()) + " bytes of JSON; allowed: " + std::to_string(kMostBytes));
  }
  const auto limit_depth = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    if (depth > kDeepest)
      throw Error(ErrorKind::data, where, "is nested too deeply; allowed: " + std::to_string(kDeepest));
    return true;
  };
  try {
    return nlohmann::json::parse(text, limit_depth);
  } catch (const nlohmann::json::exception& error) {
    throw Error(ErrorKind::data, where, std::string("is no sound JSON: ") + error.what());
  }
}

/// Sets `value` to the field of an object, a whole number only where it fits.
/// @throws Error(data) at `where` naming the field; the JSON library's own message names it only where it is missing.
template <typename T>
void get_field(const nlohmann::json& object, const char* field, const std::string& where, T& value) {
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorKind::data, where, "field '" + std::string(field) + "': " + what);
  };
  try {
    const nlohmann::json& found = object.at(field);
    if constexpr (std::integral<T> && !std::same_as<T, bool>) {
      const bool fits = found.is_number_unsigned()
                            ? std::in_range<T>(found.get<std::uint64_t>())
                            : found.is_number_integer() && std::in_range<T>(found.get<std::int64_t>());
      if (!fits) {
        refuse(found.dump() + " is not valid; allowed: whole numbers from " +
               std::to_string(std::numeric_limits<T>::min()) + " to " + std::to_string(std::numeric_limits<T>::max()));
      }
    }
    found.get_to(value);
  } catch (const nlohmann::json::exception& error) {
    refuse(error.what());
  }
}

}  // namespace beatbench
