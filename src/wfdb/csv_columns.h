#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench::wfdb {

/// A column of a text table. Every row has a value: a number, NaN where the cell holds none.
struct CsvColumn {
  std::string heading;  ///< "" where the file has no headings
  std::string units;    ///< "" where the file does not say
  std::vector<double> values;
  std::size_t numbers = 0;  ///< cells that are numbers
  std::size_t clocks = 0;   ///< cells that are a clock or date and time; their value is in seconds
  std::size_t texts = 0;    ///< cells that are neither and no sign of a missing value
  int decimals = 0;         ///< most digits after the decimal sign in any number or clock
  bool is_plain = true;     ///< no number has an exponent
};

struct CsvTable {
  std::vector<CsvColumn> columns;
  std::vector<std::int64_t> line_of_row;  ///< from 1
  std::vector<std::string> left_out;      ///< lines that are no part of the table, as a sentence each
};

/// Seconds in a unit of time, where it is one: s, ms, us or such a word in full.
std::optional<double> seconds_in(std::string_view units);

/// Takes a text apart. Lines of text before the table and a last line that breaks off are left out.
/// @throws Error(data) naming the line, if rows have different lengths or there are none.
CsvTable parse_csv(std::string_view text, const std::string& where);

}  // namespace beatbench::wfdb
