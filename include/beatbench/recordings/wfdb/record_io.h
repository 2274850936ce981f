#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/record.h"

namespace beatbench {

struct ReadOptions {
  bool strict = false;                           ///< what is a warning otherwise is an Error(data)
  std::optional<std::string> annotator = "atr";  ///< extension of the annotation file; nullopt: do not read one
  bool signals = true;                           ///< false: leads without samples, signal files are not opened
  /// Only these, in this order, without regard to case, all of one rate; empty: all of the record's rate, as they come.
  std::vector<std::string> leads = {};
  std::uint64_t first_sample = 0;                                ///< which becomes sample 0, for annotations too
  std::optional<std::uint64_t> sample_count = {};                ///< nullopt: up to the end
  std::function<void(const std::string&)> on_warning = nullptr;  ///< one line each
};

/// Reads the WFDB record `base`, a path without extension or that of the `.hea` file. Only files with leads that are
/// asked for are opened, and of them only the samples asked for are read, except in formats that must be decoded from
/// the start (8) and those that seek by themselves (FLAC).
///
/// A record is read at its signals' own rate: with several samples in a frame, that is the frame rate as many times.
/// Where signals have several rates it is the highest one of those whose names are of an ECG (see is_ecg_lead), else of
/// those in volts, else of all; signals of other rates are left out, with a warning, never repeated, averaged or
/// resampled. Leads that are asked for by name have one rate, which is then the record's.
///
/// Skew is taken out; samples that are then missing at the end, signals without a file and null segments ("~") are
/// kMissingSample. A record of several segments is read as one: of fixed layout, or of variable layout, where the
/// first segment, without samples, lists the leads, a segment's leads are found by their names, and its samples are
/// rescaled to the list's gain and baseline.
///
/// Annotation times are in samples of the record, see annotations_of_record. Labels of 12-lead sets are comments, for
/// example "Dx: 426783006". `start_s` is the time of `first_sample`. `content_hash` covers the headers, the bytes that
/// hold samples and the annotation file, as far as they were read; `subject` equals `id`.
///
/// Warnings (errors if strict): a checksum that does not match (of leads that are read whole), bytes left over in a
/// signal file, annotations past the end, a segment's leads that a layout does not list; what parse_header and
/// parse_annotations take for odd; a number of signal lines other than announced where the files say which are right; a
/// signal that is left out because its line cannot be understood, or because its file, which holds no ECG, is missing,
/// too short or of an unknown format. An annotation file that does not exist and signals of other rates are always
/// warnings; without the file `annotations` is empty.
///
/// @throws Error(io) if a header or a signal file is missing, cannot be read or is no ordinary file; Error(data) if a
/// header is wrong, names another record, asks for more samples than its signal files hold or for more than 2^29
/// samples that no file holds, if no signal that the record is read for can be understood, or one that is asked for
/// cannot, if segments do not fit together or are records of segments themselves, or if the annotation file is garbled;
/// Error(unsupported) for unknown formats, for a lead that the record has not, for leads of several rates, and as
/// annotations_of_record; Error(usage) for samples past the end.
Record read_record(const std::filesystem::path& base, const ReadOptions& options = {});

/// Writes `<id>.dat` (all leads, interleaved; in FLAC formats `<id>_1.dat`, ... of eight leads each where there are
/// more), `<id>.<annotator>` and last `<id>.hea` into `folder`, which is made if it does not exist. In format 8, steps
/// that its differences do not hold are lost (see representable_samples). Each file appears whole or not at all, and
/// files that were not there before are removed again if one cannot be written. No annotation file is written if
/// `annotator` is empty.
/// @throws Error(usage) for a record that a WFDB header cannot hold, leads of different lengths and samples out of the
/// format's range, Error(unsupported) for an unknown format, Error(io).
void write_record(const Record& record, const std::filesystem::path& folder, int format = 212,
                  const std::string& annotator = "atr");

/// Names of the records of a folder: the lines of its RECORDS file, else every `*.hea`, sorted, without those that
/// another one names as its segments.
/// @throws Error(io) if the folder is not there, Error(data) if it has no records.
std::vector<std::string> read_record_list(const std::filesystem::path& folder);

}  // namespace beatbench
