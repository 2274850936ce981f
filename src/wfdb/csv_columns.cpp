#include "wfdb/csv_columns.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/record.h"
#include "beatbench/core/text.h"
#include "wfdb/text_fields.h"

namespace beatbench::wfdb {
namespace {

constexpr std::size_t kLinesToLookAt = 50;  // for the separator
constexpr std::size_t kLongestPreamble = 20;

constexpr std::array<std::pair<std::string_view, double>, 10> kTimeUnits = {{{"s", 1.0},
                                                                             {"sec", 1.0},
                                                                             {"seconds", 1.0},
                                                                             {"ms", 1e-3},
                                                                             {"msec", 1e-3},
                                                                             {"milliseconds", 1e-3},
                                                                             {"us", 1e-6},
                                                                             {"\u00B5s", 1e-6},
                                                                             {"\u03BCs", 1e-6},
                                                                             {"microseconds", 1e-6}}};

// Up to `count` whole numbers and a last one that may have a fraction, separated by ':'.
std::optional<double> clock_seconds(std::string_view text) {
  double seconds = 0;
  int parts = 0;
  while (true) {
    const std::size_t colon = text.find(':');
    const auto part = number_in(text.substr(0, colon), true);
    if (!part || *part < 0 || ++parts > 3) return std::nullopt;
    seconds = 60 * seconds + *part;
    if (colon == std::string_view::npos) break;
    text.remove_prefix(colon + 1);
  }
  return parts >= 2 ? std::optional(seconds) : std::nullopt;
}

// Date and time: yyyy-mm-dd or yyyy/mm/dd or dd.mm.yyyy, then a blank or T, a clock, and nothing, Z or an offset from
// UTC, which is the same in every row.
std::optional<double> date_seconds(std::string_view text) {
  constexpr std::size_t date_size = 10;
  if (text.size() < date_size + 6 || (text[date_size] != ' ' && text[date_size] != 'T')) return std::nullopt;
  const bool year_first = text[4] == text[7] && (text[4] == '-' || text[4] == '/');
  if (!year_first && !(text[2] == '.' && text[5] == '.')) return std::nullopt;
  const auto digits = [&](std::size_t at, std::size_t size) {
    int value = -1;
    const char* end = text.data() + at + size;
    return std::from_chars(text.data() + at, end, value).ptr == end ? value : -1;
  };
  const int year = digits(year_first ? 0 : 6, 4), month = digits(year_first ? 5 : 3, 2);
  const int day = digits(year_first ? 8 : 0, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  std::string_view clock = text.substr(date_size + 1);
  clock = clock.substr(0, clock.find_first_of("Z+-"));
  const auto seconds = clock_seconds(clock);
  if (!date.ok() || !seconds) return std::nullopt;
  return 86'400.0 * std::chrono::sys_days(date).time_since_epoch().count() + *seconds;
}

bool is_missing(std::string_view cell) {
  constexpr std::array<std::string_view, 8> signs = {"", "-", "nan", "na", "n/a", "null", "none", "inf"};
  std::string lower = lower_case(cell.substr(0, 8));
  if (lower.starts_with('-') || lower.starts_with('+')) lower.erase(0, lower.size() > 1 ? 1 : 0);
  return std::ranges::find(signs, lower) != signs.end();
}

void count_decimals(std::string_view cell, bool comma_is_decimal, CsvColumn& column) {
  const std::size_t sign = cell.find_first_of(comma_is_decimal ? ".," : ".");
  if (sign == std::string_view::npos) return;
  const std::size_t end = std::min(cell.find_first_not_of("0123456789", sign + 1), cell.size());
  column.decimals = std::max(column.decimals, static_cast<int>(end - sign - 1));
}

void add_cell(std::string_view cell, bool comma_is_decimal, CsvColumn& column) {
  if (const auto number = number_in(cell, comma_is_decimal)) {
    column.values.push_back(*number);
    ++column.numbers;
    count_decimals(cell, comma_is_decimal, column);
    column.is_plain = column.is_plain && cell.find_first_of("eE") == std::string_view::npos;
    return;
  }
  column.values.push_back(std::numeric_limits<double>::quiet_NaN());
  if (is_missing(cell)) return;
  auto seconds = clock_seconds(cell);
  if (!seconds) seconds = date_seconds(cell);
  if (seconds) {
    column.values.back() = *seconds;
    ++column.clocks;
    count_decimals(cell, true, column);
  } else {
    ++column.texts;
  }
}

struct Line {
  std::int64_t number;
  std::string_view text;
};

// The lines that hold something.
std::vector<Line> lines_of(std::string_view text) {
  std::vector<Line> lines;
  std::int64_t number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    const std::string_view inside = trimmed(line);
    if (!inside.empty() && !inside.starts_with('#')) lines.push_back({number, line});
  }
  return lines;
}

// One column with decimal commas: every line but the first has one comma with digits alone behind it, and either the
// first line has none (a heading) or those digits begin with a 0 somewhere, as no whole number does.
bool is_column_of_decimal_commas(const std::vector<Line>& lines) {
  std::vector<std::string_view> cells;
  bool zero = false;
  for (std::size_t i = 0; i < std::min(lines.size(), kLinesToLookAt); ++i) {
    split_cells(lines[i].text, ',', cells);
    if (i == 0 && cells.size() == 1 && lines.size() > 1) {
      zero = true;
      continue;
    }
    if (cells.size() != 2 || !number_in(cells[0]) || cells[1].empty()) return false;
    if (cells[1].find_first_not_of("0123456789") != std::string_view::npos) return false;
    zero = zero || (cells[1].size() > 1 && cells[1].front() == '0');
  }
  return zero;
}

// The separator that cuts the lines into the same number of cells, the largest such number; blanks last, because the
// others may stand with blanks around. Of a longer file, the first lines may be something else than the table.
char find_separator(const std::vector<Line>& lines) {
  if (is_column_of_decimal_commas(lines)) return ';';
  const std::size_t begin = lines.size() > kLinesToLookAt ? kLongestPreamble : 0;
  std::vector<std::string_view> cells;
  char best = ',';
  std::size_t most = 1;
  for (const char separator : {';', '\t', ',', '|', ' '}) {
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    for (std::size_t i = begin; i < std::min(lines.size(), kLinesToLookAt); ++i) {
      split_cells(lines[i].text, separator, cells);
      fewest = std::min(fewest, cells.size());
    }
    const bool decimal_commas = separator == ',' && most > 1;
    if (lines.empty() || fewest <= most || decimal_commas || (separator == ' ' && most > 1)) continue;
    most = fewest;
    best = separator;
  }
  return best;
}

bool is_value(std::string_view cell, bool comma_is_decimal) {
  return number_in(cell, comma_is_decimal) || clock_seconds(cell) || date_seconds(cell);
}

// What an ADC gave: no unit.
bool is_digital(std::string_view units) {
  constexpr std::array<std::string_view, 10> words = {"adu", "adc", "adc units", "counts", "digital",
                                                      "raw", "lsb", "nu",        "au",     "a.u."};
  return std::ranges::find(words, lower_case(units)) != words.end();
}

// "MLII (mV)" or "MLII [mV]": heading and units. Other brackets, as in "ECG (Lead II)", belong to the heading.
void set_heading(std::string_view cell, CsvColumn& column) {
  column.heading = cell;
  const std::size_t open = cell.find_last_of("([");
  if (open == std::string_view::npos || open == 0 || (cell.back() != ')' && cell.back() != ']')) return;
  const std::string_view units = trimmed(cell.substr(open + 1, cell.size() - open - 2));
  const bool is_unit = is_voltage(units) || seconds_in(units);
  if (!is_unit && !is_digital(units)) return;
  column.heading = trimmed(cell.substr(0, open));
  if (is_unit) column.units = units;
}

// How many lines at the beginning are no part of the table: Excel's "sep=;", and in a longer file lines with another
// number of cells than those that follow.
std::size_t preamble_size(const std::vector<Line>& lines, char separator) {
  std::size_t first = !lines.empty() && lower_case(lines[0].text.substr(0, 4)) == "sep=" ? 1 : 0;
  if (lines.size() <= kLinesToLookAt) return first;
  std::vector<std::string_view> cells;
  split_cells(lines[kLongestPreamble].text, separator, cells);
  const std::size_t width = cells.size();
  std::size_t size = first;
  for (; size < kLongestPreamble; ++size) {
    split_cells(lines[size].text, separator, cells);
    if (cells.size() == width || (cells.size() == width + 1 && cells.back().empty())) break;
  }
  return size;
}

}  // namespace

std::optional<double> seconds_in(std::string_view units) {
  const std::string lower = lower_case(units);
  for (const auto& [name, seconds] : kTimeUnits) {
    if (lower == name) return seconds;
  }
  return std::nullopt;
}

CsvTable parse_csv(std::string_view text, const std::string& where) {
  std::vector<Line> lines = lines_of(text);
  const char separator = find_separator(lines);
  CsvTable table;
  if (const std::size_t preamble = preamble_size(lines, separator); preamble > 0) {
    lines.erase(lines.begin(), lines.begin() + static_cast<std::ptrdiff_t>(preamble));
    if (preamble > 1 || lower_case(text.substr(0, 4)) != "sep=") {
      table.left_out.push_back("what stands before line " + std::to_string(lines.front().number) +
                               " is no part of the table");
    }
  }
  const bool comma_is_decimal = separator != ',';
  std::vector<std::string_view> cells;
  int text_lines = 0;  // headings, then units
  for (const Line& line : lines) {
    split_cells(line.text, separator, cells);
    if (table.columns.empty()) table.columns.resize(cells.size());
    if (cells.size() == table.columns.size() + 1 && cells.back().empty()) cells.pop_back();  // a separator at the end
    const bool breaks_off = &line == &lines.back() && lines.size() > 2 && !text.ends_with('\n');
    if (cells.size() < table.columns.size() && breaks_off) {
      table.left_out.push_back("its last line, " + std::to_string(line.number) + ", breaks off");
      continue;
    }
    if (cells.size() != table.columns.size()) {
      LinePlace{where, static_cast<int>(line.number)}.fail("has " + std::to_string(cells.size()) +
                                                           " columns, the lines before it have " +
                                                           std::to_string(table.columns.size()));
    }
    const bool is_text = std::ranges::none_of(cells, [&](auto cell) { return is_value(cell, comma_is_decimal); }) &&
                         !std::ranges::all_of(cells, is_missing);
    if (table.line_of_row.empty() && text_lines < 2 && is_text) {
      for (std::size_t c = 0; c < cells.size(); ++c) {
        if (text_lines == 0)
          set_heading(cells[c], table.columns[c]);
        else if (!is_digital(cells[c]))
          table.columns[c].units = cells[c];
      }
      ++text_lines;
      continue;
    }
    table.line_of_row.push_back(line.number);
    for (std::size_t c = 0; c < cells.size(); ++c) add_cell(cells[c], comma_is_decimal, table.columns[c]);
  }
  const bool numbers = std::ranges::any_of(table.columns, [](const CsvColumn& column) { return column.numbers > 0; });
  if (!numbers) throw Error(ErrorKind::data, where, "holds no numbers; a column of samples is needed");
  return table;
}

}  // namespace beatbench::wfdb
