#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace beatbench {

/// Where a beat came from and what it is.
struct BeatRow {
  std::uint32_t record = 0;  ///< index into BeatSet::records
  std::int64_t sample = 0;   ///< of the beat, in the recording's own samples; the line number for a CSV
  std::uint8_t code = 0;     ///< annotation code, 0 where only a label is known
  std::int16_t label = -1;   ///< index into the class names, -1 where unknown
};

struct RecordName {
  std::string id;
  std::string subject;
  bool operator==(const RecordName&) const = default;
};

/// Beats as a model eats them, in one contiguous block, with a provenance row each: either windows, float32
/// [rows, length_samples], or images, 8 bit [rows, image_size, image_size] from 0 (black) to 255 (white).
struct BeatSet {
  int length_samples = 0;  ///< 0: images
  int image_size = 0;      ///< pixels on each side; 0: windows
  std::vector<float> values;
  std::vector<std::uint8_t> pixels;
  std::vector<BeatRow> rows;
  std::vector<RecordName> records;
  std::size_t edge_windows = 0;  ///< windows that crossed a recording's edge (kept or not by the edge policy)

  std::size_t size() const { return rows.size(); }
  /// Values of a single input.
  std::size_t input_size() const;
  std::span<const float> window(std::size_t i) const {
    return {values.data() + i * static_cast<std::size_t>(length_samples), static_cast<std::size_t>(length_samples)};
  }
  std::span<const std::uint8_t> image(std::size_t i) const { return {pixels.data() + i * input_size(), input_size()}; }
  /// Writes input i as a model eats it: a window as it is, an image as the blackness of its pixels from 0 to 1.
  void copy_input(std::size_t i, float* out) const;
};

/// The inputs of the chosen rows, one after another.
std::vector<float> inputs_of(const BeatSet& set, std::span<const std::uint32_t> rows);

}  // namespace beatbench
