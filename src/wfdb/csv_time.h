#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "wfdb/csv_columns.h"

namespace beatbench::wfdb {

/// When the rows of a table were sampled.
struct CsvTiming {
  double sampling_rate_hz = 0;
  double start_s = 0;                       ///< the first row's time; 0 for dates
  bool unit_is_guessed = false;             ///< the column does not say that it is in ms or us
  std::vector<std::int64_t> sample_of_row;  ///< ascending from 0; a jump is a gap. Empty: row i is sample i
  std::int64_t length_samples = 0;
};

/// Whether a column counts the samples: with whole numbers that rise, and headed so, or not headed and rising by 1.
bool is_counter(const CsvColumn& column);

/// Whether each value is the one before and 1.
bool rises_by_one(const CsvColumn& column);

/// Whether a column is a time by its heading or its content; `alone_without_headings`: there are no headings, and it is
/// the first of several.
bool looks_like_time(const CsvColumn& column, bool first_without_headings);

/// Finds rate and gaps in a column of times.
/// @throws Error(data) naming the line, Error(usage) if no unit of time gives a rate of an ECG.
CsvTiming timing_of(const CsvColumn& column, const CsvTable& table, const std::string& where);

}  // namespace beatbench::wfdb
