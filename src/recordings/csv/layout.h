#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "recordings/csv/statements.h"

namespace beatbench::csv {

/// The lines of a text, one after the other.
class CsvLines {
 public:
  explicit CsvLines(std::string_view text, std::size_t begin = 0, std::int64_t number = 1)
      : text_(text), begin_(begin), end_(begin), number_(number - 1) {}

  /// Goes to the next line; false at the end.
  bool next() {
    if (end_ >= text_.size()) return false;
    begin_ = end_;
    const std::size_t feed = std::min(text_.find('\n', begin_), text_.size());
    line_ = text_.substr(begin_, feed - begin_);
    if (line_.ends_with('\r')) line_.remove_suffix(1);
    end_ = feed + 1;
    ++number_;
    return true;
  }
  std::string_view line() const { return line_; }
  std::int64_t number() const { return number_; }
  std::size_t begin() const { return begin_; }
  std::size_t end() const { return std::min(end_, text_.size()); }

 private:
  std::string_view text_, line_;
  std::size_t begin_, end_;
  std::int64_t number_;
};

/// Whether a line is blank or a comment ("#", "%", "//"): no row of a table.
bool is_beside_table(std::string_view line);

/// Which of the lines between the rows of a table are none.
struct BetweenRows {
  char separator = '\0';
  std::size_t width = 0;          ///< of the table; 0: it has not begun
  bool blank_is_missing = false;  ///< in a single column a blank line is a row without a value

  /// Whether a line is blank or a comment, and no row whose cells are empty ("\t\t") or that begins with a
  /// spreadsheet's error ("#N/A;0.5").
  bool holds(std::string_view line) const;
};

/// Cuts a row into as many cells as the table is wide; what it has behind them, a note or a separator, is left out.
void split_row(std::string_view line, char separator, std::size_t width, std::vector<std::string_view>& cells);

/// The table of a text: the longest run of lines with the same number of cells, numbers or times in each.
struct CsvLayout {
  char separator = '\0';              ///< '\0': there is one column
  std::size_t width = 0, rows = 0;    ///< columns and rows
  std::size_t begin = 0, end = 0;     ///< the rows' bytes
  std::int64_t first_line = 0;        ///< of the rows, from 1
  std::vector<std::string> headings;  ///< one a column, or none
  std::vector<std::string> units;     ///< of the line of units: one a column, or none
  bool blank_is_missing = false;      ///< see BetweenRows
  CsvStatements statements;           ///< of the lines around the table
  std::vector<std::string> warnings;
};

/// Finds it, and with it the separator by which all of it is one.
/// @throws Error(data) naming the line: no text, no row, more than 4,096 columns, a line above 1 MiB, a row of numbers
/// with another number of cells in the table, commas that are separators and decimal signs, a heading that does not
/// fit.
CsvLayout find_layout(std::string_view text, const std::string& where);

}  // namespace beatbench::csv
