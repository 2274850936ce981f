#include "recordings/csv/layout.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/record.h"
#include "beatbench/core/text.h"
#include "recordings/csv/cells.h"
#include "recordings/csv/heading_search.h"
#include "recordings/csv/headings.h"
#include "recordings/csv/run_finder.h"
#include "recordings/text_fields.h"

namespace beatbench::csv {
namespace {

// Whether the commas between the cells of a table look like decimal signs.
struct CommaEvidence {
  bool possible = false;    // whole numbers stand left and digits right of one
  bool minus_zero = false;  // "-0,145": no whole number is -0
  bool zero_first = false;  // "0,05": no whole number begins with 0
  bool rises = true;        // what stands left rises from row to row, as no signal does
  bool is_open = true;      // one digit left and as many right in every row: nothing tells
  std::size_t rows = 0;     // with a comma
  std::size_t others = 0;   // without

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
      others += cells.size() != width && !is_missing(trimmed(at.line()));
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
  const std::size_t without_comma = evidence.others;
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

// "-0,145 mV": between commas "-0" and "145 mV", between blanks a number and its unit. A heading with commas decides.
bool is_number_and_unit(std::string_view text, const RunFinder& commas, const RunFinder& blanks) {
  const Run& run = blanks.longest();
  if (commas.separator() != ',' || blanks.separator() != ' ' || run.rows < commas.longest().rows) return false;
  CsvLines at(text, run.begin, run.first_line);
  std::vector<std::string_view> row;
  if (at.next()) split_cells(at.line(), ' ', row);
  if (std::ranges::none_of(row, is_voltage)) return false;
  const Run& other = commas.longest();
  return HeadingAbove(LinesAbove(text, other.begin, other.first_line), ',', other.width).names.empty();
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
    const bool is_clearer = !best || finder.longest().clarity > best->longest().clarity;
    if (is_clearer || is_number_and_unit(text, *best, finder)) best.emplace(std::move(finder));
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
    layout_.blank_is_missing = finder.blank_is_missing();
    layout_.begin = run_.begin;
    layout_.end = run_.end;
    layout_.first_line = table_line_ = run_.first_line;
    find_headings();
    skip_empty_rows();
    refuse_rows_of_windows();
    look_before();
    look_behind(finder.second());
    refuse_island(finder.rows_of_tables() - (run_.is_table() ? run_.rows : 0));
    return std::move(layout_);
  }

 private:
  // Lines of numbers that are no rows of this table or another, more of them than it has rows: most of the file was not
  // understood.
  void refuse_island(std::size_t rows_of_others) const {
    std::size_t lines = 0;
    std::int64_t last_before = 0, first_behind = 0;
    for (CsvLines at(text_); at.next();) {
      const bool is_within = at.begin() >= run_.begin && at.begin() < run_.end;
      if (is_within || is_beside_table(at.line()) || !is_mostly_number(at.line())) continue;
      ++lines;
      if (at.begin() < run_.begin) last_before = at.number();
      if (first_behind == 0 && at.begin() >= run_.end) first_behind = at.number();
    }
    if (lines < kShortestTable || lines - std::min(lines, rows_of_others) <= run_.rows) return;
    fail_at(where_, first_behind > 0 ? first_behind : last_before,
            "is no row of the table of " + std::to_string(run_.rows) + " rows beside it, and neither are " +
                std::to_string(lines - 1) + " other lines of numbers; its numbers are not understood");
  }

  static bool is_mostly_number(std::string_view line) {
    std::size_t digits = 0, marks = 0, others = 0;
    for (const char c : line) {
      if (c >= '0' && c <= '9')
        ++digits;
      else if (std::string_view(".,+-()").find(c) != std::string_view::npos)
        ++marks;
      else
        others += std::string_view(" \t;|\"'").find(c) == std::string_view::npos;
    }
    return digits > 0 && 3 * (digits + marks) >= 2 * others;
  }

  // Empty rows below the headings of a table with times are none: there is no time for them.
  void skip_empty_rows() {
    if (std::ranges::none_of(layout_.headings, [](const auto& cell) { return names_time(heading_in(cell).name); })) {
      return;
    }
    for (CsvLines at(text_, layout_.begin, layout_.first_line); at.next() && layout_.rows > 1; --layout_.rows) {
      if (at.line().find_first_not_of(" \t,;|\"") != std::string_view::npos) return;
      layout_.begin = at.end();
      layout_.first_line = at.number() + 1;
    }
  }

  // Rows of so many numbers are leads or beats, not samples: a table that lies on its side.
  void refuse_rows_of_windows() const {
    constexpr std::size_t most_without_names = 64;
    const bool is_named = std::ranges::any_of(layout_.headings, [](const std::string& heading) {
      const CellKind kind = kind_of(heading, false);
      return kind != CellKind::number && kind != CellKind::empty;
    });
    if (is_named || layout_.width <= most_without_names) return;
    fail_at(where_, run_.first_line,
            "has " + columns_text(layout_.width) + " without names; a table with a row for each sample is needed");
  }

  // The line above the table, or the two above it of which the lower one has units. If the last column is empty in
  // every row, the heading tells whether it is one.
  void find_headings() {
    const LinesAbove above(text_, run_.begin, run_.first_line);
    if (take_words(above)) return;
    if (run_.last_is_empty) {
      --layout_.width;
      if (take_words(above)) return;
    }
    if (take_comment(above.comment) || take_names_beside_units(above)) return;
    if (take_row_names(above) || take_numbers()) return;
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

  // "time ECG" above "0.002 0.145 mV": columns of units have no heading.
  bool take_names_beside_units(const LinesAbove& above) {
    CsvLines at(text_, run_.begin, run_.first_line);
    if (!at.next() || above.lines.empty()) return false;
    std::vector<std::string_view> row;
    split_row(at.line(), layout_.separator, layout_.width, row);
    const auto units = static_cast<std::size_t>(std::ranges::count_if(row, is_voltage));
    if (units == 0 || units >= layout_.width) return false;
    const std::size_t names = layout_.width - units;
    const std::string_view line = trimmed(above.lines.front().line);
    auto cells = words_in(line, layout_.separator, names);
    if (cells.empty() && names == 1 && is_single_heading(line)) cells = {line};
    if (cells.empty()) return false;
    for (std::size_t c = 0; c < row.size(); ++c) {
      if (is_voltage(row[c])) cells.insert(cells.begin() + static_cast<std::ptrdiff_t>(c), "");
    }
    set_headings(cells);
    table_line_ = above.lines.front().number;
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
    if (!no_name && !may_be_above_numbers(first, at)) return false;
    set_headings(first);
    CsvLines next(text_, run_.begin, run_.first_line);
    while (next.next() && (is_beside_table(next.line()) || next.begin() == run_.begin)) continue;
    layout_.begin = next.begin();
    if (!no_name) {
      layout_.warnings.push_back("its first row, line " + std::to_string(layout_.first_line) +
                                 ", is taken to number the columns");
    }
    layout_.first_line = next.number();
    --layout_.rows;
    return true;
  }

  // Whether numbers in order are no row themselves: there are more of them than leads have so by chance, or all cells
  // below have decimals, two or more where there are two columns, and do not go on as times would from the first row.
  bool may_be_above_numbers(const std::vector<std::string_view>& first, CsvLines at) const {
    constexpr std::size_t many = 4;
    constexpr int rows_to_look_at = 100;
    if (first.size() >= many) return true;
    const std::size_t digits = first.size() == 2 ? 2 : 1;
    std::vector<std::string_view> row;
    std::vector<double> starts = {parse_number(first.front()).value_or(0)};
    for (int i = 0; i < rows_to_look_at && at.next() && at.end() <= run_.end; ++i) {
      if (is_beside_table(at.line())) continue;
      split_row(at.line(), layout_.separator, layout_.width, row);
      const auto has_decimals = [&](std::string_view cell) {
        const std::size_t mark = cell.find_first_of(".,");
        return mark != std::string_view::npos && cell.size() - mark > digits;
      };
      if (!std::ranges::all_of(row, has_decimals)) return false;
      if (starts.size() < 3) starts.push_back(parse_number(row.front(), true).value_or(0));
    }
    if (starts.size() < 3) return true;
    const double step = starts[2] - starts[1];
    return !(step > 0) || std::abs(starts[1] - starts[0] - step) > 0.5 * step;
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
    if (second.rows < kShortestTable) return;
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

bool BetweenRows::holds(std::string_view line) const {
  if (!is_beside_table(line)) return false;
  const std::string_view text = trimmed(line);
  if (text.empty()) {
    const auto tabs = static_cast<std::size_t>(std::ranges::count(line, '\t'));
    const bool is_row = separator == '\t' && tabs > 0 && (width == 0 || tabs + 1 == width);
    return !is_row && !(blank_is_missing && width == 1);
  }
  std::vector<std::string_view> cells;
  split_cells(line, separator, cells);
  const std::string_view first = cells.front();
  if (width > 0 && cells.size() != width) return true;
  const std::string_view behind = first.substr(std::min(first.find_first_not_of("#%/"), first.size()));
  const bool is_word = first.find(' ') == std::string_view::npos && !number_form(behind, false);
  const bool may_begin_row = width > 1 ? is_word : is_error_sign(first);
  return !may_begin_row || !std::ranges::all_of(cells, [](std::string_view cell) {
    return kind_of(cell, false) != CellKind::text || is_beside_table(cell);
  });
}

void split_row(std::string_view line, char separator, std::size_t width, std::vector<std::string_view>& cells) {
  split_cells(line, separator, cells);
  cells.resize(width);
}

CsvLayout find_layout(std::string_view text, const std::string& where) { return LayoutFinder(text, where).find(); }

}  // namespace beatbench::csv
