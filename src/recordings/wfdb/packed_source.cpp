#include "recordings/wfdb/packed_source.h"

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"

namespace beatbench::wfdb {
namespace {

// A piece is read at once: 96 KiB for two signals in format 212, which stays in the second-level cache.
constexpr std::size_t kChunksPerPiece = 16;

// Differences can only be summed up from the first one on.
std::uint64_t entry_before(const SignalFormat& format, std::uint64_t frame) {
  if (format.coding == SignalCoding::differences) return 0;
  return frame - frame % format.frame_multiple;
}

}  // namespace

PackedSource::PackedSource(const SignalFile& file, std::uint64_t first, std::uint64_t end)
    : file_(file), format_(*file.format), start_(entry_before(format_, first)), position_(start_), end_(end) {
  stream_.rdbuf()->pubsetbuf(nullptr, 0);  // pieces are large: no second buffer
  stream_.open(file.path, std::ios::binary);
  const std::uint64_t skipped = format_.bytes_for(start_ * file.samples_per_frame);
  stream_.seekg(static_cast<std::streamoff>(static_cast<std::uint64_t>(file.byte_offset) + skipped));
  if (!stream_) {
    throw Error(ErrorKind::io, file.path.string(), "cannot read: " + std::generic_category().message(errno));
  }
  for (const StoredSignal& signal : file.signals) before_.push_back(signal.initial_value);
}

void PackedSource::read(std::span<std::int32_t* const> columns, std::size_t frames) {
  if (used_bytes_ == piece_bytes_) read_piece();
  format_.decode(std::span(piece_).subspan(used_bytes_), columns, frames);
  used_bytes_ += format_.bytes_for(frames * file_.samples_per_frame);
  if (format_.coding == SignalCoding::differences) sum_up(columns, frames);
}

std::string PackedSource::content_hash() const { return beatbench::content_hash(std::string_view(hashes_)); }

void PackedSource::read_piece() {
  const std::uint64_t now = std::min<std::uint64_t>(kChunksPerPiece * chunk_frames(file_), end_ - position_);
  piece_bytes_ = format_.bytes_for(now * file_.samples_per_frame);
  if (piece_.size() < piece_bytes_) piece_.resize(piece_bytes_);
  if (!stream_.read(reinterpret_cast<char*>(piece_.data()), static_cast<std::streamsize>(piece_bytes_))) {
    throw Error(ErrorKind::io, file_.path.string(),
                "cannot read the samples from " + std::to_string(position_) +
                    " on; the file may have changed while it was read");
  }
  hashes_ += beatbench::content_hash(std::span<const unsigned char>(piece_).first(piece_bytes_));
  position_ += now;
  used_bytes_ = 0;
}

void PackedSource::sum_up(std::span<std::int32_t* const> columns, std::size_t frames) {
  std::size_t column = 0;
  for (std::size_t s = 0; s < file_.signals.size(); ++s) {
    const std::size_t count = file_.signals[s].samples_per_frame;
    for (std::size_t f = 0; f < frames; ++f) {
      for (std::size_t k = 0; k < count; ++k) sum_differences({columns[column + k] + f, 1}, before_[s]);
    }
    column += count;
  }
}

}  // namespace beatbench::wfdb
