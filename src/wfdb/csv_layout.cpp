#include "wfdb/csv_layout.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/record.h"
#include "beatbench/core/text.h"
#include "wfdb/csv_cells.h"
#include "wfdb/csv_headings.h"
#include "wfdb/text_fields.h"

namespace beatbench::wfdb {
namespace {

constexpr std::size_t kMostColumns = 4096;
constexpr std::size_t kLongestLine = std::size_t{1} << 20;
constexpr std::array kSeparators = {';', '\t', '|', ',', ' '};

[[noreturn]] void fail_at(const std::string& where, std::int64_t line, const std::string& message) {
  throw Error(ErrorKind::data, where + ", line " + std::to_string(line), message);
}

std::string columns_text(std::size_t count) { return std::to_string(count) + " columns"; }

bool may_group_by_blanks(char separator) { return separator == ';' || separator == '\t'; }

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
      const CellKind kind = kind_of(cells[c], blank_groups);
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
  std::int64_t noted_line = 0;  // the first row with words behind its columns
};

// The longest run under one separator. Lines of words and rows that are partly words count if rows follow.
class RunFinder {
 public:
  RunFinder(std::string_view text, char separator) : separator_(separator) {
    std::vector<std::string_view> cells;
    for (CsvLines at(text); at.next();) {
      if (is_beside_table(at.line())) {
        if (trimmed(at.line()).empty()) {
          adjacent_ = false;
          held_.blank = true;
        }
        continue;
      }
      split_cells(at.line(), separator_, cells);
      see(at, LineShape(cells, may_group_by_blanks(separator_)));
      line_above_ = at.line();
    }
    close();
  }

  char separator() const { return separator_; }
  const Run& longest() const { return longest_; }
  const Run& second() const { return second_; }                  // the longest but for that
  std::int64_t too_wide_line() const { return too_wide_line_; }  // the first line with too many cells, or 0

 private:
  struct Held {
    std::size_t rows = 0;
    std::size_t partly = 0;  // of those, rows with numbers
    std::size_t words = 0;   // lines without a number and without an empty cell
    std::string_view first;  // of them
    bool same = true;        // they are all the same
    bool blank = false;      // a blank line stands beside them
    std::uint64_t text_columns = 0;
    std::size_t end = 0;
    std::int64_t last_line = 0;
  };

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
      const bool is_missing = shape.texts == 0 && shape.empty < shape.width;
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

  // Words stood where the first numbers stand now: the rows so far were lines such as "Rate;360" above the table.
  bool begins_anew(const LineShape& shape) const {
    constexpr std::size_t longest_preamble = 64;
    return run_.rows < longest_preamble && (run_.text_columns & ~run_.good_columns & shape.good_columns & 1) != 0 &&
           shape.texts == 0 && shape.width > 1;
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
    return held_.words == 1 && (run_.width > 1 || is_like_heading(trimmed(held_.first)));
  }

  void open(const CsvLines& at, const LineShape& shape) {
    run_.begin = at.begin();
    run_.first_line = at.number();
    run_.width = shape.width;
    run_.last_is_empty = shape.last_is_empty;
    heading_ = line_above_;
    add(at, shape);
  }

  void add(const CsvLines& at, const LineShape& shape) {
    if (heading_is_held()) {
      close();
      return open(at, shape);
    }
    take_held();
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
    if (run_.weight > longest_.weight) std::swap(run_, longest_);
    if (run_.weight > second_.weight) second_ = run_;
    run_ = {};
  }

  char separator_;
  Run run_, longest_, second_;
  Held held_;
  std::string_view line_above_, heading_;
  bool adjacent_ = false;  // the line before is a row of the run
  std::int64_t too_wide_line_ = 0;
};

// Lines above a table, the nearest first, without blank ones and comments. A line in which quotes are left open begins
// some lines higher up.
struct LineAbove {
  std::string_view line;
  std::size_t begin = 0;
  std::int64_t number = 0;
  bool is_adjacent = false;
};
struct LinesAbove {
  std::vector<LineAbove> lines;
  LineAbove comment;  // the one right above the table, or with an empty line

  LinesAbove(std::string_view text, std::size_t begin, std::int64_t number) {
    constexpr std::size_t most = 3;
    bool adjacent = true;
    while (begin > 0 && lines.size() < most) {
      LineAbove above = line_before(text, begin, number);
      for (int joined = 0; joined < 8 && above.begin > 0 && std::ranges::count(above.line, '"') % 2 != 0; ++joined) {
        const LineAbove higher = line_before(text, above.begin, above.number);
        above.line = text.substr(higher.begin, above.begin + above.line.size() - higher.begin);
        above.begin = higher.begin;
        above.number = higher.number;
      }
      begin = above.begin;
      number = above.number;
      const bool is_blank = trimmed(above.line).empty();
      if (is_ruling(above.line)) continue;
      if (is_beside_table(above.line)) {
        if (!is_blank && lines.empty() && adjacent && comment.line.empty()) comment = above;
        adjacent = adjacent && !is_blank;
        continue;
      }
      above.is_adjacent = adjacent;
      lines.push_back(above);
    }
  }

 private:
  // A line drawn below headings: "---|---".
  static bool is_ruling(std::string_view line) {
    return line.find_first_not_of("-=_|+: \t") == std::string_view::npos && line.find_first_of("-=_") < line.size();
  }

  static LineAbove line_before(std::string_view text, std::size_t begin, std::int64_t number) {
    const std::size_t end = begin - 1;  // its line feed
    const std::size_t feed = end == 0 ? std::string_view::npos : text.rfind('\n', end - 1);
    LineAbove above;
    above.begin = feed == std::string_view::npos ? 0 : feed + 1;
    above.line = text.substr(above.begin, end - above.begin);
    if (above.line.ends_with('\r')) above.line.remove_suffix(1);
    above.number = number - 1;
    return above;
  }
};

// "Elapsed time   MLII    V5" above columns that blanks separate.
void split_at_wide_blanks(std::string_view line, std::vector<std::string_view>& cells) {
  cells.clear();
  for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
    const std::size_t end = std::min(line.find("  "), line.size());
    cells.push_back(trimmed(line.substr(0, end)));
    line.remove_prefix(end);
  }
}

// The cells of a line of words that is as wide as the table; else none.
std::vector<std::string_view> words_in(std::string_view line, char separator, std::size_t width) {
  std::vector<std::string_view> cells;
  split_cells(line, separator, cells);
  if (cells.size() == width + 1 && cells.back().empty()) cells.pop_back();
  if (separator == ' ' && cells.size() != width) split_at_wide_blanks(line, cells);
  if (cells.size() != width) return {};
  const LineShape shape(cells, false);
  if (shape.texts == 0) return {};
  // Numbers of channels may stand beside words that are surely a heading.
  const auto is_channel = [](std::string_view cell) {
    return kind_of(cell, false) != CellKind::number || cell.find_first_not_of("0123456789") == std::string_view::npos;
  };
  const bool is_heading = std::ranges::all_of(cells, is_channel) && std::ranges::any_of(cells, is_like_heading);
  if (shape.good > 0 && !is_heading) return {};
  return cells;
}

bool any_like_heading(const std::vector<std::string_view>& cells) {
  return std::ranges::any_of(cells, is_like_heading);
}

// More than half of them are units, numbers of samples left aside, and none is a lead.
bool are_units(const std::vector<std::string_view>& cells) {
  std::size_t units = 0, others = 0;
  for (const std::string_view cell : cells) {
    if (cell.empty() || names_counter(units_in(cell))) continue;
    ++(is_like_units(cell) ? units : others);
    if (!is_like_units(cell) && is_ecg_lead(cell)) return false;
  }
  return units > others;
}

// Whether a line can be the heading of a single column: nothing in it separates cells, but a comma before a unit.
bool is_single_heading(std::string_view line) {
  if (line.starts_with('"') && line.ends_with('"')) return true;
  int open = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    open += c == '(' || c == '[' ? 1 : c == ')' || c == ']' ? -1 : 0;
    const bool separates = c == ';' || c == ':' || c == '=' || c == '\t' || c == ',';
    if (open <= 0 && separates && !(c == ',' && is_voltage(trimmed(line.substr(i + 1))))) return false;
  }
  return true;
}

// The headings above a table, and the units below them.
struct HeadingAbove {
  std::vector<std::string_view> names, units;  // as many as columns, or none
  std::int64_t line = 0;

  HeadingAbove(const LinesAbove& above, char separator, std::size_t width) {
    std::vector<std::vector<std::string_view>> words;
    for (const LineAbove& line : above.lines) {
      if (above.lines.front().is_adjacent && !line.is_adjacent) break;  // behind a blank line
      if (width == 1 && !is_single_heading(trimmed(line.line))) break;
      auto cells = words_in(line.line, separator, width);
      const Said said = cells.empty() ? Said::nothing : CsvStatements().add(line.line, 0);
      const bool may_be = said == Said::nothing || (said == Said::rate && any_like_heading(cells));
      if (cells.empty() || !may_be) break;
      words.push_back(std::move(cells));
    }
    if (words.empty()) return;
    const bool has_units = words.size() > 1 && are_units(words[0]);
    if (words.size() > 2 && !has_units && !any_like_heading(words[0])) return;  // a list of names and values
    if (has_units) units = words[0];
    names = words[has_units];
    line = above.lines[has_units].number;
  }
};

// Whether the commas between the cells of a table look like decimal signs.
struct CommaEvidence {
  bool possible = false;    // whole numbers stand left and digits right of one
  bool minus_zero = false;  // "-0,145": no whole number is -0
  bool zero_first = false;  // "0,05": no whole number begins with 0
  bool rises = true;        // what stands left rises from row to row, as no signal does
  bool is_open = true;      // one digit left and as many right in every row: nothing tells
  std::size_t rows = 0;     // with a comma

  CommaEvidence(std::string_view text, const Run& run, std::size_t width) {
    struct Column {
      bool whole = true, digits = true, minus_zero = false, zero_first = false;
    };
    std::vector<Column> columns(width);
    std::vector<std::string_view> cells;
    std::optional<double> before;
    std::size_t usual_digits = 0;
    const auto may_be = [&](std::size_t c) { return columns[c].whole && columns[c + 1].digits; };
    for (CsvLines at(text.substr(0, run.end), run.begin, run.first_line); at.next();) {
      if (is_beside_table(at.line())) continue;
      split_cells(at.line(), ',', cells);
      if (cells.size() != width) continue;
      possible = false;
      for (std::size_t c = 0; c < width; ++c) {
        const auto form = number_form(cells[c], false);
        const auto clock = form ? std::nullopt : time_in(cells[c]);
        const bool whole = form && form->mark == 0 && form->group == 0 && !form->exponent;
        const bool digits = whole && form->body.size() == cells[c].size();
        const bool may_be_left = whole && (form->before == 1 || form->body.front() != '0');
        Column& column = columns[c];
        column.whole = column.whole && (may_be_left || (clock && clock->decimals == 0));
        column.digits = column.digits && digits;
        column.minus_zero = column.minus_zero || (whole && form->negative && form->body == "0");
        column.zero_first = column.zero_first || (digits && form->before > 1 && form->body.front() == '0');
        possible = possible || (c > 0 && may_be(c - 1));
        if (c == 0) {
          const auto value = whole ? number_value(*form, {}) : std::nullopt;
          rises = rises && value && (!before || *value > *before);
          is_open = is_open && whole && form->before == 1;
          before = value;
        }
      }
      if (rows++ == 0) usual_digits = cells.back().size();
      is_open = is_open && cells.back().size() == usual_digits;
      if (!possible) return;
    }
    for (std::size_t c = 0; c + 1 < width; ++c) {
      minus_zero = minus_zero || (may_be(c) && columns[c].minus_zero);
      zero_first = zero_first || (may_be(c) && columns[c + 1].zero_first);
    }
    constexpr std::size_t few = 10;
    rises = rises && rows >= few;
  }

  bool proven() const { return minus_zero || zero_first; }
};

// A table between commas may be numbers with decimal commas; `warnings` says what was assumed where that is open.
RunFinder without_decimal_commas(std::string_view text, RunFinder commas, const std::string& where,
                                 std::vector<std::string>& warnings) {
  const Run& run = commas.longest();
  if (run.width < 2) return RunFinder(text, '\0');
  const LinesAbove above(text, run.begin, run.first_line);
  const HeadingAbove heading(above, ',', run.width);
  bool is_headed = !heading.names.empty();
  if (is_headed && run.width > 2) return commas;
  const CommaEvidence here(text, run, run.width);
  if (!here.possible || (run.width == 2 && here.rises)) return commas;
  if (is_headed && here.proven() && is_voltage(heading.names[1])) is_headed = false;  // "EKG, mV" above "-0,145"
  if (is_headed && any_like_heading(heading.names)) {
    if (!here.minus_zero) return commas;
    fail_at(where, run.first_line,
            "has commas that look like decimal signs, the heading above has one between columns; write the numbers "
            "with '.' or in quotes");
  }
  if (run.width > 2 && here.proven()) {
    fail_at(where, run.first_line,
            "has commas that look like separators and decimal signs in one; write the numbers with '.' or in quotes");
  }
  if (run.width > 2 || (is_headed && !here.proven())) return commas;
  RunFinder whole(text, '\0');
  const Run& lines = whole.longest();
  if (lines.rows < run.rows) return commas;
  const CommaEvidence evidence(text, lines, 2);
  const std::string_view line_above = above.lines.empty() ? "" : trimmed(above.lines.front().line);
  const bool is_name = !line_above.empty() && above.lines.front().is_adjacent && is_single_heading(line_above);
  const bool is_word = above.lines.size() == 1 && line_above.find(' ') == std::string_view::npos;
  const bool single = is_name && (is_word || is_like_heading(line_above));
  if (evidence.proven()) return whole;
  CsvStatements said;
  for (const LineAbove& line : above.lines) said.add(line.line, line.number);
  if (single || !said.lead.empty()) {
    warnings.push_back("its commas are taken as decimal signs: its heading has none, or names a single lead");
    return whole;
  }
  const std::size_t without_comma = lines.rows - evidence.rows;
  if (without_comma == 0) {
    if (evidence.is_open) {
      fail_at(where, run.first_line,
              "and those below may be numbers with decimal commas or two whole numbers each; write the numbers with "
              "'.', or a heading above them");
    }
    warnings.push_back(
        "its commas are taken to separate two columns of whole numbers; should they be decimal signs, write '.' "
        "instead");
    return commas;
  }
  if (without_comma * 100 < lines.rows) return commas;
  warnings.push_back("its commas are taken as decimal signs: not every line has one");
  return whole;
}

RunFinder find_run(std::string_view text, const std::string& where, std::vector<std::string>& warnings) {
  const SeparatorCounts counts(text, where);
  const bool is_told = lower_case(text.substr(0, 4)) == "sep=" && text.size() > 4;  // as Excel has it
  std::optional<RunFinder> best;
  for (std::size_t i = 0; i < kSeparators.size(); ++i) {
    const bool can_win = !best || counts.lines[i] >= best->longest().rows / 2;
    if (counts.lines[i] == 0 || !can_win) continue;
    RunFinder finder(text, kSeparators[i]);
    if (is_told && text[4] == kSeparators[i] && finder.longest().rows > 0) return finder;
    if (!best || finder.longest().clarity > best->longest().clarity) best.emplace(std::move(finder));
  }
  if (best && best->longest().rows == 0 && best->too_wide_line() > 0) return std::move(*best);
  if (!best || best->longest().width < 2) return RunFinder(text, '\0');
  return best->separator() == ',' ? without_decimal_commas(text, std::move(*best), where, warnings) : std::move(*best);
}

class LayoutFinder {
 public:
  LayoutFinder(std::string_view text, const std::string& where) : text_(text), where_(where) {}

  CsvLayout find() {
    const RunFinder finder = find_run(text_, where_, layout_.warnings);
    run_ = finder.longest();
    if (run_.rows == 0 && finder.too_wide_line() > 0) {
      fail_at(where_, finder.too_wide_line(),
              "has more than " + columns_text(kMostColumns) + "; a table with a row for each sample is needed");
    }
    if (run_.rows == 0) throw Error(ErrorKind::data, where_, "holds no numbers; a column of samples is needed");
    layout_.separator = finder.separator();
    layout_.width = run_.width;
    layout_.rows = run_.rows;
    layout_.begin = run_.begin;
    layout_.end = run_.end;
    layout_.first_line = table_line_ = run_.first_line;
    find_headings();
    look_before();
    look_behind(finder.second());
    return std::move(layout_);
  }

 private:
  // The line above the table, or the two above it of which the lower one has units. If the last column is empty in
  // every row, the heading tells whether it is one.
  void find_headings() {
    const LinesAbove above(text_, run_.begin, run_.first_line);
    if (take_words(above)) return;
    if (run_.last_is_empty) {
      --layout_.width;
      if (take_words(above)) return;
    }
    if (take_comment(above.comment) || take_row_names(above) || take_numbers()) return;
    if (above.lines.empty() || !above.lines.front().is_adjacent) return;
    std::vector<std::string_view> cells;
    split_cells(above.lines.front().line, layout_.separator, cells);
    const bool is_heading = cells.size() > 1 && LineShape(cells, false).good == 0 && any_like_heading(cells);
    if (is_heading && CsvStatements().add(above.lines.front().line, 0) == Said::nothing) {
      fail_at(where_, run_.first_line,
              "has " + columns_text(layout_.width) + ", the heading above it has " + std::to_string(cells.size()) +
                  (layout_.separator == ',' ? "; are its commas decimal signs? write the numbers with '.' or in quotes"
                                            : ""));
    }
  }

  bool take_words(const LinesAbove& above) {
    const HeadingAbove heading(above, layout_.separator, layout_.width);
    if (heading.names.empty()) return false;
    set_headings(heading.names);
    for (const std::string_view cell : heading.units) layout_.units.emplace_back(units_in(cell));
    table_line_ = heading.line;
    return true;
  }

  // "# time,ecg", as NumPy writes it.
  bool take_comment(const LineAbove& comment) {
    std::string_view line = trimmed(comment.line);
    while (!line.empty() && std::string_view("#%/").find(line.front()) != std::string_view::npos) line.remove_prefix(1);
    const auto cells = words_in(line, layout_.separator, layout_.width);
    if (!any_like_heading(cells) || CsvStatements().add(line, 0) != Said::nothing) return false;
    if (layout_.width == 1 && !is_single_heading(trimmed(line))) return false;
    set_headings(cells);
    return true;
  }

  // R's write.table gives the column of row numbers no heading.
  bool take_row_names(const LinesAbove& above) {
    if (above.lines.empty() || layout_.width < 2) return false;
    const auto cells = words_in(above.lines.front().line, layout_.separator, layout_.width - 1);
    CsvLines at(text_, run_.begin, run_.first_line);
    std::vector<std::string_view> row;
    while (at.next() && is_beside_table(at.line())) continue;
    split_row(at.line(), layout_.separator, layout_.width, row);
    if (cells.empty() || (row.front() != "1" && row.front() != "0")) return false;
    set_headings(cells);
    layout_.headings.insert(layout_.headings.begin(), "");
    table_line_ = above.lines.front().number;
    return true;
  }

  // What pandas writes above a table without names: ",0,1,2", or "0,1" above numbers with decimals.
  bool take_numbers() {
    if (layout_.width < 2 || layout_.rows < 2) return false;
    CsvLines at(text_, run_.begin, run_.first_line);
    std::vector<std::string_view> first, row;
    while (at.next() && is_beside_table(at.line())) continue;
    split_row(at.line(), layout_.separator, layout_.width, first);
    const bool no_name = first.front().empty();
    const std::size_t begin = no_name ? 1 : 0, from = first[begin] == "0" ? 0 : 1;
    for (std::size_t c = begin; c < first.size(); ++c) {
      if (first[c] != std::to_string(c - begin + from)) return false;
    }
    constexpr std::size_t many = 4;  // numbers in order that no ECG has in its leads
    for (int i = 0; i < 100 && !no_name && first.size() < many && at.next() && at.end() <= run_.end; ++i) {
      if (is_beside_table(at.line())) continue;
      split_row(at.line(), layout_.separator, layout_.width, row);
      if (std::ranges::any_of(row, [](auto cell) { return cell.find_first_of(".,") == std::string_view::npos; })) {
        return false;
      }
    }
    set_headings(first);
    CsvLines next(text_, run_.begin, run_.first_line);
    while (next.next() && (is_beside_table(next.line()) || next.begin() == run_.begin)) continue;
    layout_.begin = next.begin();
    layout_.first_line = next.number();
    --layout_.rows;
    return true;
  }

  void set_headings(const std::vector<std::string_view>& cells) {
    for (const std::string_view cell : cells) {
      std::string text = undoubled(cell);
      std::ranges::replace_if(
          text, [](char c) { return c == '\n' || c == '\r'; }, ' ');
      layout_.headings.push_back(std::move(text));
    }
  }

  static constexpr std::int64_t kLinesToRead = 1000;  // for what they say, before and behind the table

  void look_before() {
    bool is_beside = false;
    for (CsvLines at(text_.substr(0, run_.begin)); at.next();) {
      if (at.number() <= kLinesToRead) layout_.statements.add(at.line(), at.number());
      const bool is_told = at.number() == 1 && lower_case(at.line().substr(0, 4)) == "sep=";
      is_beside = is_beside || (at.number() < table_line_ && !is_told && !is_beside_table(at.line()));
      if (is_beside && at.number() > kLinesToRead) break;
    }
    if (!is_beside) return;
    layout_.warnings.push_back("what stands before line " + std::to_string(table_line_) + " is no part of the table");
  }

  void look_behind(const Run& second) {
    std::int64_t first = 0, lines = 0;
    bool breaks_off = false;
    std::vector<std::string_view> cells;
    for (CsvLines at(text_, run_.end, run_.last_line + 1); at.next() && ++lines <= kLinesToRead;) {
      layout_.statements.add(at.line(), at.number());
      const bool is_empty = at.line().find_first_not_of(" \t,;|\"") == std::string_view::npos;
      if (first > 0 || is_empty || is_beside_table(at.line())) continue;
      first = at.number();
      split_cells(at.line(), layout_.separator, cells);
      breaks_off = at.end() == text_.size() && !text_.ends_with('\n') && cells.size() < run_.width && run_.rows >= 2;
    }
    if (breaks_off) {
      layout_.warnings.push_back("its last line, " + std::to_string(first) + ", breaks off");
      if (run_.odd_line == first) return;
    } else if (first > 0 && run_.odd_line == 0) {
      layout_.warnings.push_back("what stands from line " + std::to_string(first) + " on is no part of the table");
    }
    if (run_.odd_line > 0) {
      fail_at(where_, run_.odd_line,
              "has " + columns_text(run_.odd_width) + ", the lines beside it have " + std::to_string(run_.width));
    }
    if (run_.noted_line > 0) {
      layout_.warnings.push_back("what stands behind the columns, first in line " + std::to_string(run_.noted_line) +
                                 ", is left out");
    }
    constexpr std::size_t shortest_table = 10;
    if (second.rows < shortest_table) return;
    layout_.warnings.push_back("another table of " + std::to_string(second.rows) + " rows, from line " +
                               std::to_string(second.first_line) + " on, is left out");
  }

  std::string_view text_;
  const std::string& where_;
  CsvLayout layout_;
  Run run_;
  std::int64_t table_line_ = 0;  // of its heading
};

}  // namespace

bool is_beside_table(std::string_view line) {
  line = trimmed(line);
  return line.empty() || line.front() == '#' || line.front() == '%' || line.starts_with("//");
}

void split_row(std::string_view line, char separator, std::size_t width, std::vector<std::string_view>& cells) {
  split_cells(line, separator, cells);
  cells.resize(width);
}

CsvLayout find_layout(std::string_view text, const std::string& where) { return LayoutFinder(text, where).find(); }

}  // namespace beatbench::wfdb
