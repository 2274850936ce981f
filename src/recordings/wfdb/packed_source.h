#pragma once

#include <fstream>
#include <vector>

#include "recordings/wfdb/sample_source.h"

namespace beatbench::wfdb {

/// Formats whose samples, or differences, lie in the file at places that can be computed.
class PackedSource : public SampleSource {
 public:
  PackedSource(const SignalFile& file, std::uint64_t first, std::uint64_t end);

  std::uint64_t start() const override { return start_; }
  void read(std::span<std::int32_t* const> columns, std::size_t frames) override;
  std::string content_hash() const override;

 private:
  void read_piece();
  void sum_up(std::span<std::int32_t* const> columns, std::size_t frames);

  const SignalFile& file_;
  const SignalFormat& format_;
  std::ifstream stream_;
  std::uint64_t start_;
  std::uint64_t position_;  ///< the frame after the piece
  std::uint64_t end_;
  std::vector<unsigned char> piece_;
  std::size_t piece_bytes_ = 0;
  std::size_t used_bytes_ = 0;
  std::vector<std::int32_t> before_;  ///< each signal's last sample, where differences are coded
  std::string hashes_;
};

}  // namespace beatbench::wfdb
