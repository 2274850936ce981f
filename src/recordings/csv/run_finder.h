#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "beatbench/core/error.h"
#include "beatbench/core/record.h"
#include "beatbench/core/text.h"
#include "recordings/csv/cells.h"
#include "recordings/csv/headings.h"
#include "recordings/csv/layout.h"
#include "recordings/text_fields.h"

// The search for the longest run of rows in a text, see find_layout.
namespace beatbench::csv {

inline constexpr std::size_t kShortestTable = 10;
inline constexpr std::size_t kMostColumns = 4096;
inline constexpr std::size_t kLongestLine = std::size_t{1} << 20;
inline constexpr std::array kSeparators = {';', '\t', '|', ',', ' '};

[[noreturn]] inline void fail_at(const std::string& where, std::int64_t line, const std::string& message) {
  throw Error(ErrorKind::data, where + ", line " + std::to_string(line), message);
}

inline std::string columns_text(std::size_t count) { return std::to_string(count) + " columns"; }

inline bool may_group_by_blanks(char separator) { return separator == ';' || separator == '\t'; }

// In how many lines a separator stands; refuses what is no text.
struct SeparatorCounts {
  std::array<std::size_t, kSeparators.size()> lines = {};

  SeparatorCounts(std::string_view text, const std::string& where) {
    for (CsvLines at(text); at.next();) {
      const std::string_view line = at.line();
      if (line.size() > kLongestLine) {
        fail_at(where, at.number(), "is longer than 1 MiB; a table with a row for each sample is needed");
      }
      std::uint8_t seen = 0;
      for (const char c : line) {
        seen |= static_cast<std::uint8_t>((c == ';') | (c == '\t') << 1 | (c == '|') << 2 | (c == ',') << 3 |
                                          (c == ' ') << 4 | (c == '\0') << 5);
      }
      if (seen & 1 << 5) fail_at(where, at.number(), "holds a NUL byte; the file is no text");
      if (seen & 1 << 1) seen |= 1 << 4;  // tabs are blanks too
      for (std::size_t i = 0; i < lines.size(); ++i) lines[i] += seen >> i & 1;
    }
  }
};

// What the cells of a line are.
struct LineShape {
  std::size_t width = 0, good = 0, texts = 0, empty = 0;  // good: numbers and times
  std::uint64_t good_columns = 0, text_columns = 0;       // the first 64
  bool last_is_empty = false;

  LineShape(const std::vector<std::string_view>& cells, bool blank_groups) : width(cells.size()) {
    if (width > kMostColumns) return;
    for (std::size_t c = 0; c < width; ++c) {
      CellKind kind = kind_of(cells[c], blank_groups);
      if (kind == CellKind::text && number_with_unit(cells[c])) kind = CellKind::number;
      const std::uint64_t bit = c < 64 ? std::uint64_t{1} << c : 0;
      if (kind == CellKind::number || kind == CellKind::time) {
        ++good;
        good_columns |= bit;
      } else if (kind == CellKind::text) {
        ++texts;
        text_columns |= bit;
      }
      empty += kind == CellKind::empty;
    }
    last_is_empty = width > 1 && cells.back().empty();
  }
};

// Whether a blank line stands behind nearly every other: line ends that were doubled.
inline bool is_double_spaced(std::string_view text) {
  std::size_t lines = 0, tight = 0;
  bool follows_line = false;
  for (CsvLines at(text); at.next();) {
    const bool is_line = !trimmed(at.line()).empty();
    lines += is_line;
    tight += is_line && follows_line;
    follows_line = is_line;
  }
  constexpr std::size_t rare = 10;
  return lines > 2 && tight * rare < lines;
}

// Rows of the same width, one below the other.
struct Run {
  std::size_t begin = 0, end = 0;  // bytes
  std::int64_t first_line = 0, last_line = 0;
  std::size_t width = 0, rows = 0;
  std::size_t weight = 0;   // its rows; those with more words than numbers count less
  std::size_t clarity = 0;  // its numbers less its words
  std::uint64_t good_columns = 0, text_columns = 0;
  bool last_is_empty = false;   // in every row
  std::size_t above_width = 0;  // of rows of numbers that stand directly above; 0: none do
  std::int64_t odd_line = 0;    // a line of numbers between its rows that has another width
  std::size_t odd_width = 0;
  std::string_view word;        // of the first column, where it has words
  bool same_word = true;        // it has no others
  bool is_separate = false;     // it stands below a blank line or a heading
  std::int64_t noted_line = 0;  // the first row with words behind its columns

  bool is_table() const { return is_separate && rows >= kShortestTable; }
};

// A line drawn below headings: "---|---".
inline bool is_ruling(std::string_view line) {
  const bool is_drawn = line.find_first_not_of("-=_|+: \t") == std::string_view::npos;
  return is_drawn && (line.find("---") != std::string_view::npos || line.find_first_of("=_") != std::string_view::npos);
}

// The longest run under one separator. Lines of words and rows that are partly words count if rows follow.
class RunFinder {
 public:
  RunFinder(std::string_view text, char separator)
      : separator_(separator), blank_is_missing_(separator == '\0' && !is_double_spaced(text)) {
    for (CsvLines at(text); at.next();) {
      const bool is_blank = trimmed(at.line()).empty();
      if (is_blank) {
        adjacent_ = false;
        held_.blank = blank_above_ = true;
      }
      if (BetweenRows{separator_, run_.width, blank_is_missing_}.holds(at.line())) continue;
      split_cells(at.line(), separator_, cells_);
      see(at, LineShape(cells_, may_group_by_blanks(separator_)));
      line_above_ = at.line();
      blank_above_ = is_blank;
    }
    close();
  }

  char separator() const { return separator_; }
  bool blank_is_missing() const { return blank_is_missing_; }
  const Run& longest() const { return longest_; }
  const Run& second() const { return second_; }                   // the longest but for that
  std::size_t rows_of_tables() const { return rows_of_tables_; }  // of all runs that are tables by themselves
  std::int64_t too_wide_line() const { return too_wide_line_; }   // the first line with too many cells, or 0

 private:
  struct Held {
    std::size_t rows = 0;
    std::size_t partly = 0;  // of those, rows with numbers
    std::size_t words = 0;   // lines without a number and without an empty cell
    std::string_view first;  // of them
    bool same = true;        // they are all the same
    bool one_word = false;   // the first has one in all of its cells ("off,off"), as no headings do
    bool blank = false;      // a blank line stands beside them
    std::uint64_t text_columns = 0;
    std::size_t end = 0;
    std::int64_t last_line = 0;
  };

  // Rows without any value right below a heading, or at the top: the first of a run, where numbers follow.
  struct Valueless {
    std::size_t rows = 0, width = 0, begin = 0;
    std::int64_t first_line = 0;
    std::string_view heading;
  };

  bool begins_valueless(const CsvLines& at, const LineShape& shape) const {
    if (run_.rows > 0 || shape.texts > 0 || is_ruling(at.line())) return false;
    if (valueless_.rows > 0) return shape.width == valueless_.width;
    if (line_above_.empty()) return shape.empty < shape.width;
    std::vector<std::string_view> words;
    split_cells(line_above_, separator_, words);
    const LineShape above(words, false);
    return above.width == shape.width && above.good == 0 && above.texts > 0;
  }

  void add_valueless(const CsvLines& at, const LineShape& shape) {
    if (valueless_.rows++ > 0) return;
    valueless_.width = shape.width;
    valueless_.begin = at.begin();
    valueless_.first_line = at.number();
    valueless_.heading = line_above_;
  }

  bool fits(const LineShape& shape) const {
    if (run_.rows == 0) return false;
    return shape.width == run_.width || (shape.width == run_.width + 1 && shape.last_is_empty) ||
           (shape.width + 1 == run_.width && run_.last_is_empty) || has_note(shape);
  }

  // Numbers in all of the run's columns, and words behind them.
  bool has_note(const LineShape& shape) const {
    if (shape.width <= run_.width || run_.width >= 64 || shape.good != run_.width) return false;
    return shape.good_columns >> run_.width == 0;
  }

  void see(const CsvLines& at, const LineShape& shape) {
    if (shape.width > kMostColumns) {
      if (too_wide_line_ == 0) too_wide_line_ = at.number();
      return close();
    }
    const bool fits_in = fits(shape);
    if (shape.good == 0) {
      if (begins_valueless(at, shape)) return add_valueless(at, shape);
      valueless_ = {};
      const bool is_sign = is_beside_table(at.line()) && shape.empty < shape.width;
      const bool is_missing = is_sign || (shape.texts == 0 && shape.empty < shape.width);
      if (!fits_in) return close();
      return is_missing ? add(at, shape) : hold(at, shape);
    }
    if (!fits_in || begins_anew(shape)) {
      const bool is_odd = !fits_in && adjacent_ && held_.rows == 0 && shape.texts == 0;
      if (is_odd && run_.odd_line == 0) {
        run_.odd_line = at.number();
        run_.odd_width = shape.width;
      }
      const Run above = run_;
      close();
      open(at, shape);
      if (!is_odd) return;
      run_.above_width = above.width;
      if (above.above_width != shape.width) return;
      run_.odd_line = above.first_line;
      run_.odd_width = above.width;
      return;
    }
    const bool new_words = (shape.text_columns & run_.good_columns & ~run_.text_columns) != 0;
    new_words ? hold(at, shape) : add(at, shape);
  }

  // Words stood where the first numbers stand now: the rows so far were lines such as "Rate;360" above the table,
  // unless it is one word ("off") below a heading.
  bool begins_anew(const LineShape& shape) const {
    constexpr std::size_t longest_preamble = 64;
    const bool is_sign = run_.same_word && is_heading(heading_);
    return !is_sign && run_.rows < longest_preamble &&
           (run_.text_columns & ~run_.good_columns & shape.good_columns & 1) != 0 && shape.texts == 0 &&
           shape.width > 1;
  }

  // Words, as odd numbers ("145-") are not.
  bool names_columns(std::string_view line) const {
    std::vector<std::string_view> words;
    split_cells(line, separator_, words);
    return std::ranges::any_of(words, [](std::string_view word) {
      return is_like_heading(word) || (has_letter(word) && word.find_first_of("0123456789") == std::string_view::npos);
    });
  }

  bool is_heading(std::string_view line) const {
    std::vector<std::string_view> words;
    split_cells(line, separator_, words);
    return words.size() == run_.width && LineShape(words, false).good == 0 &&
           std::ranges::any_of(words, is_like_heading) && CsvStatements().add(line, 0) == Said::nothing;
  }

  void hold(const CsvLines& at, const LineShape& shape) {
    ++held_.rows;
    held_.partly += shape.good > 0;
    held_.text_columns |= shape.text_columns;
    held_.end = at.end();
    held_.last_line = at.number();
    if (shape.good > 0 || shape.empty > 0) return;
    if (held_.words == 0) {
      held_.first = at.line();
      held_.one_word = shape.width > 1 && std::ranges::count(cells_, cells_.front()) == std::ssize(cells_);
      held_.blank = !adjacent_;
    }
    held_.same = held_.same && at.line() == held_.first;
    ++held_.words;
  }

  // Whether a heading of another table is held. Words that repeat, or stand alone in a single column, are samples that
  // are missing ("lead off").
  bool heading_is_held() const {
    if (held_.words == 0) return false;
    if (held_.blank || !held_.same || held_.first == heading_) return true;
    if (held_.one_word) return false;
    return held_.words == 1 && (run_.width > 1 || is_like_heading(trimmed(held_.first)));
  }

  void open(const CsvLines& at, const LineShape& shape) {
    run_.begin = at.begin();
    run_.first_line = at.number();
    run_.width = shape.width;
    run_.last_is_empty = shape.last_is_empty;
    heading_ = line_above_;
    if (valueless_.rows > 0 && valueless_.width == shape.width) {
      run_.begin = valueless_.begin;
      run_.first_line = valueless_.first_line;
      run_.rows = run_.weight = valueless_.rows;
      heading_ = valueless_.heading;
    }
    valueless_ = {};
    run_.is_separate = blank_above_ || heading_.empty() || names_columns(heading_);
    add(at, shape);
  }

  void add(const CsvLines& at, const LineShape& shape) {
    if (heading_is_held()) {
      close();
      return open(at, shape);
    }
    take_held();
    if ((shape.text_columns & 1) != 0) {
      if (run_.text_columns % 2 == 0) run_.word = cells_.front();
      run_.same_word = run_.same_word && run_.word == cells_.front();
    }
    ++run_.rows;
    run_.weight += shape.good > shape.texts ? 4 : 1;
    run_.clarity += shape.good > shape.texts ? 4 * (shape.good - shape.texts) : 1;
    run_.text_columns |= shape.text_columns;
    run_.good_columns |= shape.good_columns;
    run_.end = at.end();
    run_.last_line = at.number();
    run_.last_is_empty = run_.last_is_empty && shape.width == run_.width && shape.last_is_empty;
    run_.width = std::min(run_.width, shape.width);
    if (run_.noted_line == 0 && has_note(shape) && !shape.last_is_empty) run_.noted_line = at.number();
    adjacent_ = true;
  }

  void take_held() {
    run_.rows += held_.rows;
    run_.weight += held_.rows;
    run_.clarity += held_.rows;
    run_.text_columns |= held_.text_columns;
    if (held_.rows > 0) {
      run_.end = held_.end;
      run_.last_line = held_.last_line;
    }
    held_ = {};
  }

  void close() {
    constexpr std::size_t longest_footer = 16;
    if (held_.words == 0 && held_.partly > longest_footer) take_held();
    held_ = {};
    adjacent_ = false;
    if (run_.is_table()) rows_of_tables_ += run_.rows;
    if (run_.weight > longest_.weight) std::swap(run_, longest_);
    if (run_.weight > second_.weight) second_ = run_;
    run_ = {};
  }

  char separator_;
  bool blank_is_missing_;
  Run run_, longest_, second_;
  Held held_;
  Valueless valueless_;
  std::vector<std::string_view> cells_;
  std::string_view line_above_, heading_;
  std::size_t rows_of_tables_ = 0;
  bool blank_above_ = false;
  bool adjacent_ = false;  // the line before is a row of the run
  std::int64_t too_wide_line_ = 0;
};

}  // namespace beatbench::csv
