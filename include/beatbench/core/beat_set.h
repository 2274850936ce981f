#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/recording_blocks.h"

namespace beatbench {

/// Where a beat, or a whole recording, came from and what it is.
struct BeatRow {
  std::uint32_t record = 0;  ///< index into BeatSet::records
  /// Of the beat, in the recording's own samples (its R peak, where marks are moved to it); the line number for a CSV.
  std::int64_t sample = 0;
  std::uint8_t code = 0;      ///< annotation code, 0 where only a label is known
  std::int16_t label = -1;    ///< index into the class names, -1 where unknown; of several classes the first
  bool crosses_edge = false;  ///< its window reaches past the recording's beginning or end
  std::uint64_t classes = 0;  ///< multi-label: bit c is set where it is of class c

  bool is_of(std::size_t c) const { return (classes >> c & 1U) != 0; }
};

struct RecordName {
  std::string id;
  std::string subject;
  std::string signal_hash = {};  ///< of its samples, where inputs are whole recordings; empty where they are all alike
  RecordingBlocks blocks = {};   ///< what it is known by, where that was asked for, see LoadOptions::seen
  std::vector<std::size_t> seen = {};  ///< which of LoadOptions::seen it holds a stretch of
  bool operator==(const RecordName&) const = default;
};

/// What an input is: a window [leads, length_samples] or an image [image_size, image_size], and its features.
struct InputShape {
  int length_samples = 0;  ///< 0: images
  int leads = 1;           ///< of windows
  int image_size = 0;      ///< pixels on each side; 0: windows
  int feature_count = 0;   ///< see Preprocessing::features

  /// Values of a lead's window, or pixels.
  std::size_t plane_size() const {
    const auto side = static_cast<std::size_t>(image_size);
    return image_size > 0 ? side * side : static_cast<std::size_t>(length_samples);
  }
  /// Values (or pixels) of a single window (or image).
  std::size_t stored_size() const { return plane_size() * static_cast<std::size_t>(image_size > 0 ? 1 : leads); }
  /// Values of a single input: what is stored, and a plane for each feature.
  std::size_t input_size() const { return stored_size() + plane_size() * static_cast<std::size_t>(feature_count); }
  bool operator==(const InputShape&) const = default;
};

/// Beats as a model takes them, in one contiguous block, with a provenance row each: either windows, float32
/// [rows, leads, length_samples], or images, 8 bit [rows, image_size, image_size] from 0 (black) to 255 (white).
/// Features say about each beat what its window does not show. Windows of whole recordings are not held:
/// `read_input` has them read when they are asked for.
struct BeatSet {
  InputShape shape;
  std::vector<float> values;
  std::vector<std::uint8_t> pixels;
  std::vector<float> features;  ///< [rows, feature_count]
  /// Reads the window [leads, length_samples] of a record, by its id and a row's sample, from where the data is; empty
  /// where the set holds its inputs itself. It may be called from several threads at once.
  std::function<void(const std::string& record, std::int64_t sample, float* out)> read_input;
  std::vector<BeatRow> rows;
  std::vector<RecordName> records;
  /// Windows that cross a recording's edge: rows, or with the edge policy `skip` those that were left out of all that
  /// were asked for.
  std::size_t edge_windows = 0;

  std::size_t size() const { return rows.size(); }
  /// False for a set of labels alone.
  bool has_inputs() const { return !values.empty() || !pixels.empty() || read_input != nullptr; }
  std::span<const float> window(std::size_t i) const {
    return {values.data() + i * shape.stored_size(), shape.stored_size()};
  }
  std::span<const std::uint8_t> image(std::size_t i) const {
    return {pixels.data() + i * shape.stored_size(), shape.stored_size()};
  }
  std::span<const float> features_of(std::size_t i) const {
    const auto size = static_cast<std::size_t>(shape.feature_count);
    return {features.data() + i * size, size};
  }
  /// Writes input i as a model takes it, [channels, length] or [channels, image_size, image_size]: a window as it is,
  /// an image as the blackness of its pixels from 0 to 1, and then each feature as a channel that holds nothing else,
  /// so that any model takes it, in any format.
  /// @throws what `read_input` throws.
  void copy_input(std::size_t i, float* out) const;
};

/// The inputs of the chosen rows, one after another.
std::vector<float> inputs_of(const BeatSet& set, std::span<const std::uint32_t> rows);

/// The chosen rows of a set, in their order; what they are labelled as; and whose they are, indices into its records.
std::vector<BeatRow> rows_at(const BeatSet& set, std::span<const std::uint32_t> rows);
std::vector<int> labels_of(const BeatSet& set, std::span<const std::uint32_t> rows);
std::vector<std::uint32_t> records_of(const BeatSet& set, std::span<const std::uint32_t> rows);

/// The ids of its records.
std::vector<std::string> record_ids(const BeatSet& set);

/// How many inputs are run at once where only results count: 512 windows, 64 images, 32 whole recordings, or fewer
/// where those would be more than 4,500,000 values.
std::size_t evaluation_batch(const BeatSet& set);

}  // namespace beatbench
