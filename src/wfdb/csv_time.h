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
  std::vector<std::int64_t> sample_of_row;  ///< ascending from 0; a jump is a gap. Empty: row i is sample i
  std::int64_t length_samples = 0;
};

/// Whether a column counts the samples: headed so, with whole numbers that rise.
bool is_counter(const CsvColumn& column);

/// Whether a column is a time by its heading or its content; `alone_without_headings`: there are no headings, and it is
/// the first of several.
bool looks_like_time(const CsvColumn& column, bool first_without_headings);

/// Finds rate and gaps in a column of times.
/// @throws Error(data) naming the line, Error(usage) if no unit of time gives a rate of an ECG.
CsvTiming timing_of(const CsvColumn& column, const CsvTable& table, const std::string& where);

}  // namespace beatbench::wfdb
