#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recordings/edf/header.h"

namespace beatbench::edf {

/// Data records that follow each other without a gap.
struct EdfPiece {
  std::uint64_t first_record = 0;
  std::uint64_t records = 0;
  double begin_s = 0;              ///< since the file's start time
  double last_begin_s = 0;         ///< the same of its last record
  std::uint64_t first_sample = 0;  ///< in the recording, gaps counted
};

/// Where data records lie in time.
class EdfTimes {
 public:
  EdfTimes(double record_duration_s, std::uint64_t samples_per_record)
      : duration_s_(record_duration_s), samples_per_record_(samples_per_record) {}

  /// The next record of the file, and when it begins; without a time, where the one before it ends. Less than a sample
  /// between it and where its piece would go on is no gap.
  void add_record(std::optional<double> begin_s);

  /// The records by their time if there may be gaps (EDF+D), else one behind the other.
  /// @throws Error(data) at `where` for records that overlap.
  std::vector<EdfPiece> pieces(bool may_have_gaps, const std::string& where, EdfWarnings& warnings) const;

 private:
  std::uint64_t sample_at(const EdfPiece& piece, double start_s, const std::string& where) const;
  bool has_drifted(double at_s) const;
  double jitter_s() const { return 0.99 * duration_s_ / static_cast<double>(samples_per_record_); }

  double duration_s_;
  std::uint64_t samples_per_record_;
  std::uint64_t records_ = 0;
  std::uint64_t untimed_ = 0;
  std::uint64_t first_untimed_ = 0;
  std::vector<EdfPiece> pieces_;  // in the file's order
};

}  // namespace beatbench::edf
