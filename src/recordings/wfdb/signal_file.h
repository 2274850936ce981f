#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "beatbench/recordings/wfdb/header.h"
#include "beatbench/recordings/wfdb/signal_format.h"

namespace beatbench::wfdb {

/// A signal of a header as its file holds it.
struct StoredSignal {
  std::size_t index = 0;  ///< in Header::signals
  std::size_t samples_per_frame = 1;
  std::uint64_t skew_frames = 0;
  std::int32_t initial_value = 0;  ///< the sample before the first, where differences are coded
  bool wanted = true;
};

/// The signals of a header that share one file.
struct SignalFile {
  std::filesystem::path path;
  const SignalFormat* format = nullptr;
  std::int64_t byte_offset = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t flac_frames = 0;        ///< that a FLAC stream says it has
  std::size_t samples_per_frame = 0;    ///< of all signals together
  std::vector<StoredSignal> signals{};  ///< in the order of their samples

  /// Frames that the file can hold.
  std::uint64_t frames() const;
  /// Bytes of it that so many frames take, from its beginning on.
  std::uint64_t bytes_for(std::uint64_t frame_count) const;
};

/// True for a signal that has no samples anywhere: its file is "~" or its format 0.
bool is_null_signal(const SignalSpec& signal);

/// Groups a header's signals by file and looks up the sizes (of FLAC streams, what they say of themselves) of the files
/// with signals that are wanted, `wanted` holding a flag for each signal. Null signals are left out, and files without
/// a wanted signal, of which nothing is looked at.
/// @throws Error(unsupported), Error(data) at `where`, the header; Error(io) for a file that is not there.
std::vector<SignalFile> find_signal_files(const Header& header, const std::vector<bool>& wanted,
                                          const std::filesystem::path& folder, const std::string& where);

/// Frames of the record: the header's number of samples, else as many as the files hold.
/// @throws Error(data) naming a file that is too small for the header.
std::uint64_t frames_to_read(const Header& header, const std::vector<SignalFile>& files, const std::string& where);

/// Where a record line announces other than as many signals as there are lines, decides by the sizes of the signal
/// files which is right, so that the header's lines are those of its signals: lines past the announced ones are left
/// out if their files are not those of the others, as the WFDB library does, or if the files are as large as the
/// announced ones make them; all lines are taken if the files are as large as they make them.
/// @throws Error(data) at `where` if neither fits.
void settle_signal_count(Header& header, const std::filesystem::path& folder, const std::string& where,
                         const OnOddity& on_oddity);

/// An error about a field that one of a header's signals depends on.
Error fault_of(const FieldFault& fault, const std::string& where);

/// True for a name that stays within the folder it is looked up in.
bool is_inside_folder(const std::filesystem::path& name);

}  // namespace beatbench::wfdb
