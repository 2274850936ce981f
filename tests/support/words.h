#pragma once

#include <string>
#include <vector>

namespace beatbench::tests {

/// Numbers as format 16 has them: two bytes each, low byte first.
inline std::string words(const std::vector<int>& values) {
  std::string bytes;
  for (const int value : values) {
    bytes += static_cast<char>(value & 0xFF);
    bytes += static_cast<char>(value >> 8 & 0xFF);
  }
  return bytes;
}

}  // namespace beatbench::tests
