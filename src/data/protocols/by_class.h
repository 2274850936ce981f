#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <vector>

#include "beatbench/data/protocol.h"

namespace beatbench::protocols {

/// The rows of each class, by label.
inline std::map<int, std::vector<std::uint32_t>> rows_by_class(const BeatSet& windows) {
  std::map<int, std::vector<std::uint32_t>> by_class;
  for (std::uint32_t row = 0; row < windows.size(); ++row) by_class[windows.rows[row].label].push_back(row);
  return by_class;
}

inline void sort_rows(Split& split) {
  for (auto* part : {&split.training, &split.validation, &split.test}) std::ranges::sort(*part);
}

}  // namespace beatbench::protocols
