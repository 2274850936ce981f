#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace beatbench {

/// Where a window came from and what it shows.
struct WindowRow {
  std::uint32_t record = 0;  ///< index into WindowSet::records
  std::int64_t sample = 0;   ///< of the beat, in the recording's own samples; the line number for a CSV
  std::uint8_t code = 0;     ///< annotation code, 0 where only a label is known
  std::int16_t label = -1;   ///< index into the class names, -1 where unknown
};

struct RecordName {
  std::string id;
  std::string subject;
  bool operator==(const RecordName&) const = default;
};

/// Beat windows in one contiguous block, float32 [rows, length_samples], with a provenance row each.
struct WindowSet {
  int length_samples = 0;
  std::vector<float> values;
  std::vector<WindowRow> rows;
  std::vector<RecordName> records;
  std::size_t edge_windows = 0;  ///< windows that crossed a recording's edge (kept or not by the edge policy)

  std::size_t size() const { return rows.size(); }
  std::span<const float> window(std::size_t i) const {
    return {values.data() + i * static_cast<std::size_t>(length_samples), static_cast<std::size_t>(length_samples)};
  }
};

}  // namespace beatbench
