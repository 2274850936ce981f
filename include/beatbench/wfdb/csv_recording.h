#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/record.h"

namespace beatbench {

/// What a CSV file does not say by itself.
struct CsvOptions {
  std::vector<std::string> signals =
      {};  ///< columns by their heading, or by number from 1; empty: every column of numbers
  std::optional<std::string> time = {};         ///< the time column, likewise; nullopt: guessed; "none": there is none
  std::optional<double> sampling_rate_hz = {};  ///< where there is no time column, or none that gives a rate
  std::function<void(const std::string&)> on_warning = nullptr;  ///< one line each
};

/// Reads a recording from a text file with a column for each lead: separated by commas, semicolons (then a comma may be
/// the decimal sign), tabs or blanks; with or without a line of headings and a line of units after it, as PhysioNet's
/// tools write them; lines that begin with '#', lines of text before the table and Excel's "sep=;" are skipped. UTF-8,
/// UTF-16 with a byte order mark, or Latin-1.
///
/// Time: seconds, milliseconds or microseconds (by heading, or whichever gives a rate of an ECG, 30 to 10,000 Hz, with
/// a warning), a clock ("h:mm:ss.mmm", "m:ss.mmm", past midnight too) or date and time ("yyyy-mm-dd hh:mm:ss.mmm",
/// "dd.mm.yyyy ..."). The rate is the mean over stretches without gaps, rounded to a whole number where that is as near
/// as the times are exact. Where times jump, the samples between are missing. A column that counts samples (headed
/// "sample", "index" or the like, or without heading and rising by 1) is no time and no signal. Times that give no rate
/// are left aside, with a warning, where a rate is given. `start_s` is the first row's time, 0 for dates.
///
/// Cells that are empty, "-", "NaN", "NA", "null" or "inf", and other text between numbers, are missing samples. A
/// column with more text than numbers is left out, with a warning. Values are kept exactly: as digital integers with a
/// gain of a power of ten. Units come from the line of units or from brackets in a heading ("MLII (uV)"); a lead
/// without any has none, with a warning where its values cannot be mV.
///
/// `id` and `subject` are the file's name without extension; `content_hash` covers the file.
/// @throws Error(io); Error(data) naming the line, for rows of different lengths, times that run backwards or are not
/// evenly spaced, if no rate is given, and files without numbers; Error(usage) where a column is not there (listing
/// those that are), where no rate is known, and where given and found rates differ by more than 1 %.
Record read_csv_recording(const std::filesystem::path& path, const CsvOptions& options = {});

}  // namespace beatbench
