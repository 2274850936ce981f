#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "beatbench/core/record.h"

namespace beatbench {

/// What a recording is known by when it comes again: a hash of each whole stretch of 10 s of each lead (of a shorter
/// recording, of all of it), from its first sample on. A hash covers the steps from sample to sample in units of their
/// greatest common divisor, so that a copy in another container, with another gain or baseline, has the same ones.
/// Stretches with missing samples, and those that hardly ever change, have none: they are alike in many recordings.
struct RecordingBlocks {
  std::int32_t block_samples = 0;     ///< 0: nothing is known
  std::vector<std::uint64_t> hashes;  ///< ascending, each once

  bool operator==(const RecordingBlocks&) const = default;
};

RecordingBlocks blocks_of(const Record& record);

/// A recording whose beats a model was trained on or chosen by.
struct SeenRecording {
  std::string database, record;
  std::string subject;
  std::string through;  ///< how it came in: "" (the run's own data), "extra training", "begun from runs/a"
  RecordingBlocks blocks;

  bool is_inherited() const { return through.starts_with("begun from "); }
  bool operator==(const SeenRecording&) const = default;
};

void to_json(nlohmann::json& json, const SeenRecording& recording);
/// @throws Error(data) naming the missing or wrong field.
void from_json(const nlohmann::json& json, SeenRecording& recording);

/// Finds seen recordings in others, at whatever sample they begin: an excerpt of at least one whole stretch of 20 s, a
/// single lead, a copy in another unit. It does not find what was filtered, resampled, or given noise.
class SeenIndex {
 public:
  explicit SeenIndex(std::span<const SeenRecording> seen);

  /// The indices of the seen recordings of which `record` holds a stretch, ascending.
  std::vector<std::size_t> find_in(const Record& record) const;

 private:
  std::unordered_map<std::uint64_t, std::vector<std::uint32_t>> recordings_of_;  // by hash
  std::vector<std::int32_t> block_lengths_;                                      // each once
  std::vector<bool> filter_;  // by a hash's last bits, for a quick no
};

}  // namespace beatbench
