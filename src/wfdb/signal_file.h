#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "beatbench/wfdb/header.h"
#include "beatbench/wfdb/signal_format.h"

namespace beatbench::wfdb {

/// The signals of a header that share one file.
struct SignalFile {
  std::filesystem::path path;
  const SignalFormat* format = nullptr;
  std::int64_t byte_offset = 0;
  std::uint64_t size_bytes = 0;
  std::vector<std::size_t> signals;  ///< indices into Header::signals, in the order of their samples

  /// Frames (one sample of each signal) that the file can hold.
  std::uint64_t frames() const;
};

/// Groups a header's signals by file and looks up the files' sizes, without opening them.
/// @throws Error(unsupported), Error(data) at `where`, the header; Error(io) for a file that is not there.
std::vector<SignalFile> find_signal_files(const Header& header, const std::filesystem::path& folder,
                                          const std::string& where);

/// Samples per signal: the header's, else as many as the files hold.
/// @throws Error(data) naming a file that is too small for the header.
std::uint64_t frames_to_read(const Header& header, const std::vector<SignalFile>& files, const std::string& where);

/// What a signal file holds, signal by signal in its order.
struct SignalData {
  std::vector<std::vector<std::int32_t>> samples;
  std::vector<std::int16_t> checksums;
  std::string content_hash;  ///< of the bytes that hold the samples: hash of the hashes of their pieces
};

/// Reads and decodes the first `frames` frames, piece by piece. @throws Error(io).
SignalData read_signal_file(const SignalFile& file, std::uint64_t frames);

/// True for a name that stays within the folder it is looked up in.
bool is_inside_folder(const std::filesystem::path& name);

}  // namespace beatbench::wfdb
