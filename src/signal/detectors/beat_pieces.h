#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "signal/detectors/qrs_energy.h"

namespace beatbench::detectors {

inline constexpr double kPieceCore_s = 120;     // what a piece answers for
inline constexpr double kPieceMargin_s = 15;    // what it also sees on both sides
inline constexpr double kClosestBeats_s = 0.1;  // two nearer ones, as neighbouring pieces may find, are one

// bestpath's way through a recording, piece by piece.
class BeatPieces {
 public:
  explicit BeatPieces(double sampling_rate_hz);

  // The next piece, in samples of the recording: it needs those from begin() on, and up to end() or the last.
  std::int64_t begin() const { return begin_; }
  std::int64_t core_begin() const { return core_begin_; }
  std::int64_t end() const { return core_begin_ + core_ + margin_; }

  // Adds the beats of the next piece. `leads_mv` are of one length, may hold NaN, and begin at `first_sample` of the
  // recording, which is not after begin().
  void search(std::span<const std::span<const float>> leads_mv, std::int64_t first_sample,
              std::vector<std::int64_t>& beats);

 private:
  double rate_hz_;
  StepWeights weights_;
  std::int64_t core_, margin_;
  std::int64_t begin_ = 0, core_begin_ = 0;
  std::int64_t last_beat_ = std::numeric_limits<std::int64_t>::min() / 2;
};

}  // namespace beatbench::detectors
