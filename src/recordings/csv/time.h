#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recordings/csv/columns.h"

namespace beatbench::csv {

/// When the rows of a table were sampled.
struct CsvTiming {
  double sampling_rate_hz = 0;
  double relative_error = 0;                ///< of the rate, by what the times are rounded to
  double start_s = 0;                       ///< the first row's time; 0 for dates
  bool unit_is_guessed = false;             ///< the column does not say that it is in ms, us or ns
  bool is_coarse = false;                   ///< the times stand still for rows on end
  std::vector<std::int64_t> sample_of_row;  ///< ascending from 0; a jump is a gap. Empty: row i is sample i
  std::int64_t length_samples = 0;
};

/// Whether an ECG may be sampled at such a rate: 30 to 10,000 Hz.
bool is_rate_of_ecg(double rate_hz);

/// Whether a text may state such a rate: 10 to 20,000 Hz.
bool is_stated_rate(double rate_hz);

/// Whether a column counts the samples: with whole numbers, and headed so, or not headed and rising by 1.
bool is_counter(const CsvColumn& column);

/// Whether each value is the one before and 1.
bool rises_by_one(const CsvColumn& column);

/// Whether a column is a time by its heading, its unit or its cells.
bool looks_like_time(const CsvColumn& column);

/// Whether the values rise by nearly the same, ten of them or more, as those of no signal do.
bool rises_evenly(const CsvColumn& column);

/// Finds rate and gaps in a column of times. `time_unit` is what the file says of all times, where the column says
/// nothing.
/// @throws Error(data) naming the line, Error(usage) if no unit of time gives a rate of an ECG.
CsvTiming timing_of(const CsvColumn& column, const CsvTable& table, const std::optional<std::string>& time_unit,
                    const std::string& where);

}  // namespace beatbench::csv
