#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace beatbench {

/// The samples [begin, end) of a recording that the image of a beat shows.
struct BeatRange {
  std::int64_t begin = 0, end = 0;
  bool operator==(const BeatRange&) const = default;
};

/// What an image of a beat shows of its surroundings. The neighbours are beats of any kind and flutter waves.
/// - neighbours: from 20 samples at 360 Hz (56 ms) after the beat before to as much before the next (Jun et al. 2018,
///   arXiv 1804.06812)
/// - halfway: from halfway to the beat before to halfway to the next
struct BeatRangeKind {
  std::string_view name;
  std::string_view description;
};
std::span<const BeatRangeKind> beat_range_kinds();

/// The range of each beat. The first and the last beat take the interval on their other side for the one that they
/// lack, a single beat one second. Ranges end at the recording's edges and hold two samples at least, the beat's
/// among them. `beats` is ascending and within [0, length).
/// @throws Error(usage) for an unknown kind, listing the valid ones.
std::vector<BeatRange> beat_ranges(std::span<const std::int64_t> beats, std::int64_t length, double sampling_rate_hz,
                                   std::string_view kind);

/// Draws samples as an anti-aliased black curve on white, 8 bit, row by row from the top: the first sample stands in
/// the left column, the last in the right one, `low` in the bottom row and `high` in the top one; what lies beyond is
/// cut off there. `pixels` holds size * size values.
void draw_beat(std::span<const float> samples, float low, float high, int size, std::span<std::uint8_t> pixels);

}  // namespace beatbench
