#pragma once

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
  std::function<void(const std::string&)> on_warning = nullptr;  ///< one line each
};

/// Reads the WFDB record `base`, a path without extension or that of the `.hea` file.
///
/// Annotation times are in samples of the record: a file with a time resolution of its own is converted, and its note
/// that says so is left out, as are null annotations (code 0) and NULs at the end of AUX texts. `content_hash` covers
/// the header, the bytes that hold samples and the annotation file, as far as they were read; `subject` equals `id`.
///
/// Warnings (errors if strict): a checksum that does not match, bytes left over in a signal file, annotations past the
/// end. An annotation file that does not exist is always a warning, and leaves `annotations` empty.
///
/// @throws Error(io) if the header or a signal file is missing or cannot be read; Error(data) if the header is wrong,
/// names another record or asks for more samples than its signal files hold, or if the annotation file is garbled;
/// Error(unsupported) for multi-segment records, several samples per frame, skew and unknown formats.
Record read_record(const std::filesystem::path& base, const ReadOptions& options = {});

/// Writes `<id>.dat` (all leads, interleaved), `<id>.<annotator>` and last `<id>.hea` into `folder`, which is made if
/// it does not exist. Each file appears whole or not at all, and files that were not there before are removed again if
/// one cannot be written. No annotation file is written if `annotator` is empty.
/// @throws Error(usage) for a record that a WFDB header cannot hold, leads of different lengths and samples out of the
/// format's range, Error(unsupported) for an unknown format, Error(io).
void write_record(const Record& record, const std::filesystem::path& folder, int format = 212,
                  const std::string& annotator = "atr");

/// Names of the records of a folder: the lines of its RECORDS file, else every `*.hea`, sorted.
/// @throws Error(io) if the folder is not there, Error(data) if it has no records.
std::vector<std::string> read_record_list(const std::filesystem::path& folder);

}  // namespace beatbench
