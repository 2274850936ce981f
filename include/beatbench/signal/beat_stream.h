#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace beatbench {

namespace detectors {
class BeatPieces;
}

/// Finds R peaks while a recording is still going on: samples in, beats out. The beats are those that `detect_beats`
/// and `detect_beats_in_leads` find with their default detector in the whole recording; each comes at the latest
/// kDelay_s after it, and no more than 150 s are kept in memory beyond what one push brings.
class BeatStream {
 public:
  static constexpr double kDelay_s = 135;

  /// @throws Error(usage) for no lead or a rate outside of 50 to 10,000 Hz.
  BeatStream(std::size_t leads, double sampling_rate_hz);
  ~BeatStream();

  /// Takes the next samples of every lead, in mV; NaN is a gap. Returns the beats that became certain, ascending, as
  /// samples from the first one pushed.
  /// @throws Error(usage) for another number of leads or leads of different lengths; nothing is taken then.
  std::vector<std::int64_t> push(std::span<const std::span<const float>> leads_mv);

  /// The beats that are left. Nothing may be pushed after it.
  std::vector<std::int64_t> finish();

 private:
  std::vector<std::int64_t> search(bool to_the_end);

  std::unique_ptr<detectors::BeatPieces> pieces_;
  std::vector<std::vector<float>> leads_mv_;
  std::int64_t first_sample_ = 0;  // of what is kept
};

}  // namespace beatbench
