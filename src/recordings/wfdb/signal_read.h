#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "beatbench/recordings/wfdb/header.h"

namespace beatbench::wfdb {

/// What is asked for of an ordinary (single-segment) record.
struct SignalRequest {
  std::vector<std::size_t> signals;  ///< indices into Header::signals
  std::uint64_t first_frame = 0;
  std::optional<std::uint64_t> frames;  ///< nullopt: up to the end
  std::size_t samples_per_frame = 1;    ///< of each of them that has a file
};

struct SignalSamples {
  std::vector<std::vector<std::int32_t>> samples;  ///< one for each signal asked for, all of one length
  std::uint64_t record_frames = 0;                 ///< of the whole record
  std::vector<std::string> content_hashes;         ///< of the bytes that were read, file by file
};

/// The most samples that are made up for signals which have none: 2 GiB of them.
inline constexpr std::uint64_t kMostMissingSamples = std::uint64_t{1} << 29;

/// Reads stretches of signals: skew is taken out (what then lies past the end is missing) and null signals are filled
/// with missing samples. Checksums are compared where a signal is read whole.
/// @throws Error(data), Error(unsupported) at `where`, the header, Error(data) and Error(io) at a signal file,
/// Error(usage) if the stretch leaves the record.
SignalSamples read_signals(const Header& header, const std::filesystem::path& folder, const std::string& where,
                           const SignalRequest& request, const OnOddity& on_oddity);

/// The error of a stretch that leaves a record of `frames` frames.
Error past_the_end(const std::string& where, const SignalRequest& request, std::uint64_t end_frame,
                   std::uint64_t frames);

}  // namespace beatbench::wfdb
