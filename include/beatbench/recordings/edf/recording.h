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
  /// Only signals of these names (the lead's or the whole label), without regard to case; those that the file has not
  /// are passed over. Of several that have a name, those in volts are taken where there are any.
  ///
  /// Empty: the first of these that the file has: signals in volts whose label begins with "ECG" or "EKG"; in volts
  /// and named as leads are (is_ecg_lead); the same two without a unit, as uncalibrated signals are; in volts, or else
  /// without a unit, and not labelled as another kind of signal, such as "EEG" or "Resp".
  ///
  /// Never taken: annotations, and metrics made from an ECG, as "ECG HR", "ECG ST1" or "RR interval" are by their
  /// label, unless they are in volts and asked for by name.
  std::vector<std::string> leads = {};
  std::uint64_t first_sample = 0;                  ///< of the recording, which becomes sample 0, for annotations too
  std::optional<std::uint64_t> sample_count = {};  ///< nullopt: up to the end
  std::function<void(const std::string&)> on_warning = nullptr;  ///< one line each
};

/// Reads a recording in EDF or EDF+ (Kemp et al. 1992, doi:10.1016/0013-4694(92)90009-7; Kemp and Olivan 2003,
/// doi:10.1016/S1388-2457(03)00123-8; edfplus.info), or in their 24-bit forms BDF (BioSemi) and BDF+. Only the samples
/// asked for are decoded. A recording has one rate, 0.1 Hz to 1 MHz: that of the first signal chosen; signals of other
/// rates are left out, with a warning.
///
/// A lead's name is its label without "ECG" or "EKG" and a separator in front, and without "lead" after these. Its unit
/// is uV, mV, V or nV for every spelling of a voltage ("\xB5V", "MV", "microvolts"), else the dimension as it stands.
/// Samples are the digital ones; those of a signal whose physical minimum is above its maximum are negated. The
/// baseline is rounded to a whole digital step. Annotations of EDF+ become notes (code `"`) with their text in AUX:
/// they name no beats in any agreed form; those outside of the samples read are left out. `start_s` is the time of
/// `first_sample` since the recording's start. `id` and `subject` are the file's name without extension;
/// `content_hash` covers the samples, scales and annotations that were read.
///
/// Gaps between the data records of EDF+D are missing samples, with a warning; records out of order are put in order.
/// Less than a sample between two records is no gap.
///
/// What is used must be valid; whatever else is odd is passed over with a warning that names the field, its text (but
/// not that of a patient) and the signal:
/// - a number of data records that is unknown, or more than the file holds: the whole ones are read; fewer: that many;
/// - a number of signals and a header size that contradict each other: the one with which the other fields are numbers;
/// - a version that is none, or another than the reserved field says: the size of the file tells EDF from BDF, and
///   where it does not, the file is refused;
/// - a decimal comma in a physical minimum or maximum or in the duration, unless it may group thousands ("1,000");
/// - a lead without a unit, taken to be in mV; a digital minimum or maximum one above what the bits hold;
/// - signals without samples or without a valid scale, unless no other is chosen or it was asked for by name;
/// - annotations that are damaged; times of data records that are missing, or leave gaps where the file is not EDF+D;
/// - dates, identifications, the reserved field, bytes other than printable ASCII, bytes after the data.
/// @throws Error(io) if the file cannot be read or is no regular file; Error(data) naming the field, its text and what
/// is allowed, and for data records of EDF+D that overlap; Error(unsupported) where no signal fits `leads`, listing
/// those that are there with unit and rate, and for gaps of more than four times the samples (and 2^25 of all leads);
/// Error(usage) for samples past the end.
Record read_edf_recording(const std::filesystem::path& path, const EdfOptions& options = {});

}  // namespace beatbench
