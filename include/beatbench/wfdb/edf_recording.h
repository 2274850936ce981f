#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/record.h"

namespace beatbench {

struct EdfOptions {
  /// Only signals of these names, without regard to case; those that the file has not are passed over. Empty: signals
  /// whose label begins with "ECG" or "EKG"; else those in volts, millivolts or microvolts; else those without a unit.
  std::vector<std::string> leads = {};
  std::uint64_t first_sample = 0;                  ///< of the recording, which becomes sample 0, for annotations too
  std::optional<std::uint64_t> sample_count = {};  ///< nullopt: up to the end
  std::function<void(const std::string&)> on_warning = nullptr;  ///< one line each
};

/// Reads a recording in EDF or EDF+ (Kemp et al. 1992, doi:10.1016/0013-4694(92)90009-7; Kemp and Olivan 2003,
/// doi:10.1016/S1388-2457(03)00123-8), or in their 24-bit forms BDF and BDF+, by EDFlib. Only the samples asked for are
/// read. A recording has one rate: that of the first signal chosen; signals of other rates are left out, with a
/// warning.
///
/// A lead's name is its label without "ECG " or "EKG " in front. Samples are the digital ones; those of a signal whose
/// physical minimum is above its maximum are negated. The baseline is rounded to a whole digital step. Annotations of
/// EDF+ become notes (code `"`) with their text in AUX: they name no beats in any agreed form. `start_s` is the time of
/// `first_sample` since the recording's start. `id` and `subject` are the file's name without extension;
/// `content_hash` covers the samples, scales and annotations that were read.
/// @throws Error(io) if the file cannot be read; Error(data) for files that break the format, as EDFlib finds;
/// Error(unsupported) for EDF+D, whose pieces have gaps between them, and where no signal fits `leads`, listing those
/// that are there; Error(usage) for samples past the end.
Record read_edf_recording(const std::filesystem::path& path, const EdfOptions& options = {});

}  // namespace beatbench
