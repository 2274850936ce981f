#include "wfdb/signal_file.h"

#include <sys/mman.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <fstream>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "wfdb/text_fields.h"

namespace beatbench::wfdb {
namespace {

namespace fs = std::filesystem;

void check_supported(const SignalSpec& signal, const std::string& where) {
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorKind::unsupported, where, "signal " + quote(signal.description) + " has " + what);
  };
  if (signal.samples_per_frame != 1) {
    refuse(std::to_string(signal.samples_per_frame) + " samples per frame; supported: 1");
  }
  if (signal.skew_samples != 0) refuse("a skew of " + std::to_string(signal.skew_samples) + " samples; supported: 0");
}

void check_same_file(const SignalSpec& signal, const SignalFile& file, bool is_neighbour, const std::string& where) {
  const auto refuse = [&](const std::string& what) {
    throw Error(ErrorKind::data, where, "the signals of file " + quote(signal.file_name) + " " + what);
  };
  if (signal.format != file.format->number) {
    refuse("have formats " + std::to_string(file.format->number) + " and " + std::to_string(signal.format) +
           "; allowed: one format per file");
  }
  if (signal.byte_offset != file.byte_offset) {
    refuse("have byte offsets " + std::to_string(file.byte_offset) + " and " + std::to_string(signal.byte_offset) +
           "; allowed: one offset per file");
  }
  if (!is_neighbour) refuse("are not on neighbouring lines");
}

std::uint64_t size_of(const fs::path& path, const std::string& where) {
  std::error_code reason;
  const fs::file_status status = fs::status(path, reason);
  if (status.type() == fs::file_type::not_found) {
    throw Error(ErrorKind::io, path.string(), "this signal file, which " + where + " names, is not there");
  }
  if (!reason && !fs::is_regular_file(status)) {
    throw Error(ErrorKind::io, path.string(), "this signal file, which " + where + " names, is not an ordinary file");
  }
  const std::uint64_t size = reason ? 0 : fs::file_size(path, reason);
  if (reason) throw Error(ErrorKind::io, path.string(), "cannot read: " + reason.message());
  return size;
}

SignalFile start_file(const SignalSpec& signal, const fs::path& folder, const std::string& where) {
  const SignalFormat& format = find_signal_format(signal.format, where);
  if (!is_inside_folder(signal.file_name)) {
    throw Error(ErrorKind::data, where,
                "names the signal file " + quote(signal.file_name) + "; allowed: a file in the header's folder");
  }
  SignalFile file;
  file.path = folder / signal.file_name;
  file.format = &format;
  file.byte_offset = signal.byte_offset;
  file.size_bytes = size_of(file.path, where);
  return file;
}

// A chunk is decoded at once: large enough to amortise a call, small enough for the first-level cache at two signals
// (2 * 2048 * 4 bytes). A multiple of every format's frame_multiple.
constexpr std::size_t kFramesPerChunk = 2048;
// A piece is read at once: 96 KiB for two signals in format 212, which stays in the second-level cache.
constexpr std::size_t kFramesPerPiece = 16 * kFramesPerChunk;

// Gets the memory behind a buffer that is about to be filled in one system call. Faulted in page by page, the 250 MB of
// mitdb take longer than everything else together. A refusal (an older kernel) does no harm.
void populate(std::vector<std::int32_t>& buffer) {
#ifdef MADV_POPULATE_WRITE
  constexpr std::uintptr_t page = 4096;                     // bytes; where pages are larger the call is refused
  constexpr std::size_t worthwhile = std::size_t{1} << 16;  // bytes
  const std::size_t size = buffer.capacity() * sizeof(std::int32_t);
  if (size < worthwhile) return;
  const auto start = reinterpret_cast<std::uintptr_t>(buffer.data());
  const std::uintptr_t from = start / page * page;
  ::madvise(reinterpret_cast<void*>(from), start + size - from, MADV_POPULATE_WRITE);
#else
  static_cast<void>(buffer);
#endif
}

// Each sample goes to memory once: a file is never held as a whole, and no buffer is zeroed before samples fill it.
// What bounds the speed is the fresh memory for the samples, so nothing else may take any.
class SignalDecoder {
 public:
  SignalDecoder(const SignalFile& file, std::uint64_t frames)
      : format_(*file.format), count_(file.signals.size()), chunk_(count_ * kFramesPerChunk), sums_(count_, 0) {
    assert(kFramesPerChunk % format_.frame_multiple == 0);
    for (std::size_t s = 0; s < count_; ++s) columns_.push_back(chunk_.data() + s * kFramesPerChunk);
    data_.samples.resize(count_);
    for (auto& samples : data_.samples) {
      samples.reserve(frames);
      populate(samples);
    }
  }

  void decode_piece(std::span<const unsigned char> bytes, std::size_t frames) {
    hashes_ += content_hash(bytes);
    for (std::size_t done = 0; done < frames; done += kFramesPerChunk) {
      const std::size_t now = std::min(kFramesPerChunk, frames - done);
      format_.decode(bytes.subspan(format_.bytes_for(done * count_)), columns_, now);
      append_chunk(now);
    }
  }

  SignalData finish() {
    for (const std::uint32_t sum : sums_) data_.checksums.push_back(static_cast<std::int16_t>(sum));
    data_.content_hash = content_hash(std::string_view(hashes_));
    return std::move(data_);
  }

 private:
  void append_chunk(std::size_t frames) {
    for (std::size_t s = 0; s < count_; ++s) {
      const std::span<const std::int32_t> column(columns_[s], frames);
      sums_[s] += static_cast<std::uint16_t>(signal_checksum(column, format_));
      data_.samples[s].insert(data_.samples[s].end(), column.begin(), column.end());
    }
  }

  const SignalFormat& format_;
  std::size_t count_;
  std::vector<std::int32_t> chunk_;
  std::vector<std::int32_t*> columns_;  // one part of the chunk for each signal
  std::vector<std::uint32_t> sums_;
  std::string hashes_;
  SignalData data_;
};

}  // namespace

bool is_inside_folder(const fs::path& name) {
  return !name.empty() && name.is_relative() && std::ranges::find(name, fs::path("..")) == name.end();
}

std::uint64_t SignalFile::frames() const {
  const auto offset = static_cast<std::uint64_t>(byte_offset);
  return size_bytes < offset ? 0 : format->samples_in(size_bytes - offset) / signals.size();
}

std::vector<SignalFile> find_signal_files(const Header& header, const fs::path& folder, const std::string& where) {
  std::vector<SignalFile> files;
  for (std::size_t i = 0; i < header.signals.size(); ++i) {
    const SignalSpec& signal = header.signals[i];
    check_supported(signal, where);
    auto file = std::ranges::find(files, folder / signal.file_name, &SignalFile::path);
    if (file == files.end()) {
      file = files.insert(files.end(), start_file(signal, folder, where));
    } else {
      check_same_file(signal, *file, file->signals.back() + 1 == i, where);
    }
    file->signals.push_back(i);
  }
  return files;
}

std::uint64_t frames_to_read(const Header& header, const std::vector<SignalFile>& files, const std::string& where) {
  if (files.empty()) return 0;
  const auto& smallest = *std::ranges::min_element(files, {}, &SignalFile::frames);
  if (!header.length_samples) return smallest.frames();
  const auto wanted = static_cast<std::uint64_t>(*header.length_samples);
  if (wanted <= smallest.frames()) return wanted;
  throw Error(ErrorKind::data, smallest.path.string(),
              "has " + std::to_string(smallest.size_bytes) + " bytes, which hold " + std::to_string(smallest.frames()) +
                  " samples for each of " + std::to_string(smallest.signals.size()) + " signals in format " +
                  std::to_string(smallest.format->number) + " from byte " + std::to_string(smallest.byte_offset) +
                  " on; " + where + " asks for " + std::to_string(wanted));
}

SignalData read_signal_file(const SignalFile& file, std::uint64_t frames) {
  const std::size_t count = file.signals.size();
  std::ifstream stream;
  stream.rdbuf()->pubsetbuf(nullptr, 0);  // pieces are large: no second buffer
  stream.open(file.path, std::ios::binary);
  stream.seekg(file.byte_offset);
  if (!stream) throw Error(ErrorKind::io, file.path.string(), "cannot read: " + std::generic_category().message(errno));
  SignalDecoder decoder(file, frames);
  std::vector<unsigned char> piece(file.format->bytes_for(std::min<std::uint64_t>(frames, kFramesPerPiece) * count));
  for (std::uint64_t done = 0; done < frames; done += kFramesPerPiece) {
    const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(kFramesPerPiece, frames - done));
    const std::span<unsigned char> bytes = std::span(piece).first(file.format->bytes_for(now * count));
    if (!stream.read(reinterpret_cast<char*>(bytes.data()), static_cast<std::streamsize>(bytes.size()))) {
      throw Error(
          ErrorKind::io, file.path.string(),
          "cannot read the samples from " + std::to_string(done) + " on; the file may have changed while it was read");
    }
    decoder.decode_piece(bytes, now);
  }
  return decoder.finish();
}

}  // namespace beatbench::wfdb
