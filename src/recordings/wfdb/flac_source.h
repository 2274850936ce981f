#pragma once

#include <FLAC/stream_decoder.h>

#include <fstream>
#include <memory>
#include <optional>
#include <vector>

#include "recordings/wfdb/sample_source.h"

namespace beatbench::wfdb {

/// A file in format 508, 516 or 524: a FLAC stream from its byte offset on, with a channel for each signal.
class FlacSource : public SampleSource {
 public:
  /// Opens the stream at its beginning. @throws Error(io), Error(data) if it is no FLAC stream, or one of other
  /// channels or more bits than the header says.
  explicit FlacSource(const SignalFile& file);

  /// Frames of the stream; they are counted where it does not say. @throws Error(data).
  std::uint64_t count_frames();
  void go_to(std::uint64_t frame);

  std::uint64_t start() const override { return start_; }
  void read(std::span<std::int32_t* const> columns, std::size_t frames) override;
  std::string content_hash() const override;

 private:
  struct Callbacks;

  void check_info() const;
  void check_state(bool is_sound) const;
  void decode_block();
  void copy(std::span<std::int32_t* const> columns, std::size_t done, std::size_t count);
  [[noreturn]] void fail(const std::string& message) const;

  const SignalFile& file_;
  std::size_t samples_per_frame_;  ///< of each signal
  std::ifstream stream_;
  std::unique_ptr<FLAC__StreamDecoder, decltype(&FLAC__stream_decoder_delete)> decoder_;
  std::optional<FLAC__StreamMetadata_StreamInfo> info_;
  std::uint64_t start_ = 0;
  std::vector<std::vector<std::int32_t>> block_;  ///< what the decoder delivered last, channel by channel
  std::size_t block_size_ = 0;                    ///< samples of each channel
  std::size_t used_ = 0;
  const char* failure_ = nullptr;
  std::string hashes_;
};

}  // namespace beatbench::wfdb
