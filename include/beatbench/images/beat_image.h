#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/preprocessing.h"
#include "beatbench/signal/prepare.h"

namespace beatbench {

/// The samples [begin, end) of a recording that the image of a beat shows.
struct BeatRange {
  std::int64_t begin = 0, end = 0;
  bool operator==(const BeatRange&) const = default;
};

/// The range of each beat. Its neighbours are beats of any kind and flutter waves.
/// - neighbours: from 20 samples at 360 Hz (56 ms) after the beat before to as much before the next (Jun et al. 2018,
///   arXiv 1804.06812)
/// - halfway: from halfway to the beat before to halfway to the next
/// The first and the last beat take the interval on their other side for the one that they
/// lack, a single beat one second. Ranges end at the recording's edges and hold two samples at least, the beat's
/// among them. `beats` is ascending and within [0, length).
/// @throws Error(usage) for an unknown kind, listing the valid ones.
std::vector<BeatRange> beat_ranges(std::span<const std::int64_t> beats, std::int64_t length, double sampling_rate_hz,
                                   std::string_view kind);

/// Draws samples as an anti-aliased black curve on white, 8 bit, row by row from the top: the first sample stands in
/// the left column, the last in the right one, `low` in the bottom row and `high` in the top one; what lies beyond is
/// cut off there. `pixels` holds size * size values.
void draw_beat(std::span<const float> samples, float low, float high, int size, std::span<std::uint8_t> pixels);

/// Replaces an image of size * size values by a square part of it, enlarged bilinearly.
void enlarge_crop(std::span<float> image, int size, int left, int top, int crop);

/// Draws one image per row and appends it, with its row, to `set`. Row samples and `neighbours` (every beat and flutter
/// wave of the recording, ascending, the rows' own among them) count at the recording's own rate. Bottom and top of the
/// images follow the scaling: of the record, all but a thousandth of its samples on either side, and a tenth of that
/// height more.
/// @throws Error(data) if a row lies outside the recording.
void append_images(BeatSet& set, const PreparedLead& lead, std::span<const BeatRow> rows,
                   std::span<const std::int64_t> neighbours, const Preprocessing& preprocessing);

}  // namespace beatbench
