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
      {};  ///< columns by their heading, whole or without its unit, or by number from 1; empty: every column of samples
  std::optional<std::string> time = {};         ///< the time column, likewise; nullopt: guessed; "none": there is none
  std::optional<double> sampling_rate_hz = {};  ///< where neither times nor a preamble give a rate
  std::function<void(const std::string&)> on_warning = nullptr;  ///< one line each
};

/// Reads a recording from a text file with a column for each lead. UTF-8, UTF-16 with a byte order mark, or Latin-1;
/// lines end with LF, CRLF or CR; cells may stand in quotes (RFC 4180).
///
/// Table: the longest run of lines with the same number of cells, numbers or times in each, whatever stands before and
/// behind it (that is left out with a warning, as is a second table; a file most of whose lines of numbers are in no
/// table is refused). Blank lines and comments ("#", "%", "//") do not count, but blank lines in a single column are
/// missing samples, unless every other line is one, and so are rows that begin with a spreadsheet's error ("#N/A;0.5").
/// Separator (semicolon, tab, '|', comma, blanks; or one column), decimal sign and mark of thousands (point, comma,
/// blank, apostrophe) are those by which all of it is one; where several are, what was assumed is a warning, or the
/// file is refused. Headings are the line above, alone or with a line of units below it, also as a comment.
///
/// Rate: from times, or else as the lines around the table state it ("Sample Rate,512 hertz", "fs=500", "Abtastrate",
/// "sampling interval: 4 ms"), 10 to 20,000 Hz, and one rate in all of them; those of filters, limits and other signals
/// do not count. Times are in h, min, s, ms, us or ns or in parts of them ("1/100 s") (by heading or unit, or whichever
/// gives a rate of an ECG, 30 to 10,000 Hz, with a warning), a clock ("h:mm:ss.mmm", "m:ss.mmm", past midnight too) or
/// date and time ("yyyy-mm-dd hh:mm:ss.mmm", "dd.mm.yyyy ...", "mm/dd/yyyy ..."). Of several columns of times, the
/// first that is even and finer than the samples is taken; one that stands still for rows on end gives a rate where its
/// steps are even. The rate is the mean over stretches without gaps, rounded to a whole number where that is as near as
/// the times are exact. Where times jump, the samples between are missing. A column that counts samples (headed
/// "sample", "index" or the like, or without such a heading and rising by 1) is no time and no signal. Times that give
/// no rate are left aside, with a warning, where a rate is known. `start_s` is the first row's time, 0 for dates.
///
/// Cells that are empty, a spreadsheet's error ("#DIV/0!"), "-", "NaN", "NA", "null" or "inf", and other text between
/// numbers, are missing samples. A column with more text than numbers is left out, with a warning. Values are kept
/// exactly: as digital integers with a gain of a power of ten, unless an int32 does not hold their digits; a few that
/// are out of all proportion to the others are missing samples, with a warning. Units come from the cells ("0.145 mV"),
/// from the heading ("MLII (uV)", "ecg [uV]", "I/uV", "ECG_mV"), from the line of units, or from the lines around the
/// table ("Unit,uV"); a lead without any has none, with a warning where its values cannot be mV. A lead is named by its
/// heading without the unit.
///
/// `id` and `subject` are the file's name without extension; `content_hash` covers the file.
/// @throws Error(io), also for what is no ordinary file; Error(data) naming the line, for rows of different lengths, a
/// heading of another, a line above 1 MiB, more than 4,096 columns, NUL bytes, times that run backwards or are not
/// evenly spaced, if no rate is known; Error(data) for files without numbers, larger than a sixteenth of the memory, or
/// whose commas may be decimal signs as well as separators; Error(usage) where a column is not there (listing those
/// that are), where no rate is known, and where two that are given, stated or found differ by more than 1 %.
Record read_csv_recording(const std::filesystem::path& path, const CsvOptions& options = {});

}  // namespace beatbench
