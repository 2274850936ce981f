#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "recordings/wfdb/signal_file.h"

namespace beatbench::wfdb {

/// Delivers the samples of a signal file, frame after frame. The columns of a frame are the samples of its first
/// signal, then those of its second, and so on.
class SampleSource {
 public:
  virtual ~SampleSource() = default;

  /// The frame that the first read begins with: the one asked for or, where the file cannot be entered there, one
  /// before it.
  virtual std::uint64_t start() const = 0;

  /// Fills the first `frames` places of each column. Every call but the last takes chunk_frames(file) of them.
  /// @throws Error(io), Error(data).
  virtual void read(std::span<std::int32_t* const> columns, std::size_t frames) = 0;

  /// Of all that was read.
  virtual std::string content_hash() const = 0;
};

/// Frames that are decoded at once.
std::size_t chunk_frames(const SignalFile& file);

/// Opens a file at frame `first`, of which frames up to `end` will be read.
/// @throws Error(io), Error(data).
std::unique_ptr<SampleSource> open_samples(const SignalFile& file, std::uint64_t first, std::uint64_t end);

}  // namespace beatbench::wfdb
