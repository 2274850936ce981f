#pragma once

#include <cmath>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/provenance.h"

namespace beatbench::report_json {

inline nlohmann::ordered_json undefined(std::string_view why) { return "undefined: " + std::string(why); }

/// A number, or why there is none.
inline nlohmann::ordered_json number(double value) {
  return std::isfinite(value) ? nlohmann::ordered_json(value) : undefined("not a finite number");
}

inline nlohmann::ordered_json number(const std::optional<double>& value, std::string_view why_absent) {
  return value ? number(*value) : undefined(why_absent);
}

inline nlohmann::ordered_json count(const std::optional<std::int64_t>& value, std::string_view why_absent) {
  return value ? nlohmann::ordered_json(*value) : undefined(why_absent);
}

/// As in a model, but for the hashes that recordings are known by.
inline nlohmann::ordered_json provenance(const Provenance& provenance) {
  nlohmann::json json = provenance;
  if (json.contains("seen")) {
    for (nlohmann::json& recording : json.at("seen")) recording.erase("blocks");
  } else {
    json["seen"] = undefined("the model does not say which recordings trained it");
  }
  return nlohmann::ordered_json(json);
}

/// A key that a report's reader could not tell from an earlier one is a caller's mistake.
inline void insert_new(nlohmann::ordered_json& object, const std::string& key, nlohmann::ordered_json value) {
  if (object.contains(key)) throw Error(ErrorKind::usage, "report", "'" + key + "' is named twice");
  object[key] = std::move(value);
}

}  // namespace beatbench::report_json
