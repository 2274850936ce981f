#pragma once

#include <cstdint>

#include "beatbench/evaluation/classification.h"

namespace beatbench {

inline Metric ratio(std::int64_t part, std::int64_t whole, const char* why_undefined) {
  if (whole == 0) return {std::nullopt, why_undefined};
  return {static_cast<double>(part) / static_cast<double>(whole), ""};
}

}  // namespace beatbench
