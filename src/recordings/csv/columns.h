#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "recordings/csv/statements.h"

namespace beatbench::csv {

/// A column of a text table. Every row has a value: a number, NaN where the cell holds none.
struct CsvColumn {
  std::string heading;      ///< whole, as in the file; "" where the file has no headings
  std::string name;         ///< without the unit
  std::string units;        ///< "" where the file does not say
  bool is_digital = false;  ///< the file says that the values are those of an ADC
  std::vector<double> values;
  std::size_t numbers = 0;      ///< cells that are numbers
  std::size_t clocks = 0;       ///< cells that are a clock or date and time; their value is in seconds
  std::size_t texts = 0;        ///< cells that are neither and no sign of a missing value
  std::size_t odd_numbers = 0;  ///< of those, without a letter and with digits: "145-", "(145)"
  std::string odd_number;       ///< the first of them
  std::size_t with_unit = 0;    ///< of the numbers, those with a unit behind them in the cell: "0.145 mV"
  std::string word;             ///< of the first text or the first unit in a cell
  bool same_word = true;        ///< there is no other
  int decimals = 0;             ///< most digits after the decimal sign in any number or clock
  int places = 0;               ///< likewise of any number, written without an exponent
  bool is_plain = true;         ///< no number has an exponent
};

struct CsvTable {
  std::vector<CsvColumn> columns;
  CsvStatements statements;
  std::size_t blank_lines = 0;        ///< between rows of several columns
  std::vector<std::string> warnings;  ///< a sentence each: what was left out, what was assumed

  std::size_t rows() const { return columns.front().values.size(); }
  std::int64_t line_of(std::size_t row) const;  ///< from 1

  /// The first row behind every line that is no row, and its line.
  struct Place {
    std::size_t row;
    std::int64_t line;
  };
  std::vector<Place> places;
};

/// Takes the table of a text apart. Decimal sign and mark of thousands are those by which all its numbers are some.
/// @throws Error(data) as find_layout does, and where no such marks are.
CsvTable parse_csv(std::string_view text, const std::string& where);

}  // namespace beatbench::csv
