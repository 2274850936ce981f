#include "wfdb/csv_columns.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <chrono>
#include <cmath>
#include <limits>
#include <optional>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "wfdb/text_fields.h"

namespace beatbench::wfdb {
namespace {

constexpr std::size_t kLinesToLookAt = 50;  // for the separator

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

std::optional<double> date_seconds(std::string_view text) {
  constexpr std::size_t date_size = 10;  // yyyy-mm-dd
  if (text.size() < date_size + 6 || (text[date_size] != ' ' && text[date_size] != 'T')) return std::nullopt;
  const auto digits = [&](std::size_t at, std::size_t size) {
    int value = -1;
    const char* end = text.data() + at + size;
    return std::from_chars(text.data() + at, end, value).ptr == end ? value : -1;
  };
  const int year = digits(0, 4), month = digits(5, 2), day = digits(8, 2);
  if (year < 0 || month < 0 || day < 0) return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  std::string_view clock = text.substr(date_size + 1);
  if (clock.ends_with('Z')) clock.remove_suffix(1);
  const auto seconds = clock_seconds(clock);
  if (!date.ok() || !seconds) return std::nullopt;
  return 86'400.0 * std::chrono::sys_days(date).time_since_epoch().count() + *seconds;
}

bool is_missing(std::string_view cell) {
  constexpr std::array<std::string_view, 8> signs = {"", "-", "nan", "na", "n/a", "null", "none", "inf"};
  std::string lower(cell.substr(0, 8));
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
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
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);  // a byte order mark
  std::vector<Line> lines;
  std::int64_t number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    const std::string_view inside = trimmed(line);
    if (!inside.empty() && !inside.starts_with('#')) lines.push_back({number, line});
  }
  return lines;
}

// The separator that cuts the first lines into the same number of cells, the largest such number; blanks last, because
// the others may stand with blanks around.
char find_separator(const std::vector<Line>& lines) {
  std::vector<std::string_view> cells;
  char best = ',';
  std::size_t most = 1;
  for (const char separator : {';', '\t', ',', '|', ' '}) {
    std::size_t fewest = std::numeric_limits<std::size_t>::max();
    for (std::size_t i = 0; i < std::min(lines.size(), kLinesToLookAt); ++i) {
      split_cells(lines[i].text, separator, cells);
      fewest = std::min(fewest, cells.size());
    }
    const bool decimal_commas = separator == ',' && best == ';';
    if (lines.empty() || fewest <= most || decimal_commas || (separator == ' ' && most > 1)) continue;
    most = fewest;
    best = separator;
  }
  return best;
}

bool is_value(std::string_view cell, bool comma_is_decimal) {
  return number_in(cell, comma_is_decimal) || clock_seconds(cell) || date_seconds(cell);
}

// "MLII (mV)" or "MLII [mV]": heading and units.
void set_heading(std::string_view cell, CsvColumn& column) {
  column.heading = cell;
  const std::size_t open = cell.find_last_of("([");
  if (open == std::string_view::npos || open == 0 || (cell.back() != ')' && cell.back() != ']')) return;
  column.heading = trimmed(cell.substr(0, open));
  column.units = trimmed(cell.substr(open + 1, cell.size() - open - 2));
}

}  // namespace

CsvTable parse_csv(std::string_view text, const std::string& where) {
  const std::vector<Line> lines = lines_of(text);
  const char separator = find_separator(lines);
  const bool comma_is_decimal = separator != ',';
  std::vector<std::string_view> cells;
  CsvTable table;
  int text_lines = 0;  // headings, then units
  for (const Line& line : lines) {
    split_cells(line.text, separator, cells);
    if (table.columns.empty()) table.columns.resize(cells.size());
    if (cells.size() == table.columns.size() + 1 && cells.back().empty()) cells.pop_back();  // a separator at the end
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
        else
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
