#pragma once

#include <algorithm>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "beatbench/core/record.h"
#include "beatbench/core/text.h"
#include "recordings/csv/cells.h"
#include "recordings/csv/headings.h"
#include "recordings/csv/layout.h"
#include "recordings/csv/run_finder.h"
#include "recordings/csv/statements.h"

// The search for the headings above a table, see find_layout.
namespace beatbench::csv {

// "NaN", ",,": a row of no value.
inline bool is_without_value(std::string_view line) {
  return is_missing(trimmed(line)) || line.find_first_not_of(" \t,;|") == std::string_view::npos;
}

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
      if (is_ruling(above.line) || (!is_blank && is_without_value(above.line))) continue;
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
inline void split_at_wide_blanks(std::string_view line, std::vector<std::string_view>& cells) {
  cells.clear();
  for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
    const std::size_t end = std::min(line.find("  "), line.size());
    cells.push_back(trimmed(line.substr(0, end)));
    line.remove_prefix(end);
  }
}

// The cells of a line of words that is as wide as the table; else none.
inline std::vector<std::string_view> words_in(std::string_view line, char separator, std::size_t width) {
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

inline bool any_like_heading(const std::vector<std::string_view>& cells) {
  return std::ranges::any_of(cells, is_like_heading);
}

// More than half of them are units, numbers of samples left aside, and none is a lead.
inline bool are_units(const std::vector<std::string_view>& cells) {
  std::size_t units = 0, others = 0;
  for (const std::string_view cell : cells) {
    if (cell.empty() || names_counter(units_in(cell))) continue;
    ++(is_like_units(cell) ? units : others);
    if (!is_like_units(cell) && is_ecg_lead(cell)) return false;
  }
  return units > others;
}

// Whether a line can be the heading of a single column: nothing in it separates cells, but a comma before a unit.
inline bool is_single_heading(std::string_view line) {
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

// "lead off,lead off": a row of no value rather than headings.
inline bool are_off(const std::vector<std::string_view>& cells) {
  const bool is_one = std::ranges::count(cells, cells.front()) == std::ssize(cells);
  return is_one && lower_case(cells.front()).ends_with("off");
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
      if (!has_letter(line.line)) break;
      auto cells = words_in(line.line, separator, width);
      const Said said = cells.empty() ? Said::nothing : CsvStatements().add(line.line, 0);
      const bool may_be = said == Said::nothing || (said == Said::rate && any_like_heading(cells));
      if (cells.empty() || !may_be) break;
      if (words.empty() && are_off(cells)) continue;
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

}  // namespace beatbench::csv
