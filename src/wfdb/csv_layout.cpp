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
#include "wfdb/csv_run_finder.h"
#include "wfdb/text_fields.h"

namespace beatbench::wfdb {
namespace {

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
    refuse_rows_of_windows();
    look_before();
    look_behind(finder.second());
    return std::move(layout_);
  }

 private:
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
