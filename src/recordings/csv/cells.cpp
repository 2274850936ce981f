#include "recordings/csv/cells.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <utility>

#include "beatbench/core/record.h"
#include "beatbench/core/text.h"

namespace beatbench::csv {
namespace {

constexpr std::size_t kLongestNumber = 120;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }

// A mark within a number and how many bytes it takes: '.', ',', '\'' for any apostrophe, ' ' for any blank.
struct Mark {
  char kind = 0;
  std::size_t size = 1;
};

Mark mark_at(std::string_view text, std::size_t at, bool blank_groups) {
  const char c = text[at];
  if (c == '.' || c == ',' || c == '\'') return {c, 1};
  if (c == ' ' && blank_groups) return {c, 1};
  constexpr std::array<std::pair<std::string_view, char>, 4> others = {
      {{"\u00A0", ' '}, {"\u202F", ' '}, {"\u2009", ' '}, {"\u2019", '\''}}};
  for (const auto& [mark, kind] : others) {
    if (text.substr(at).starts_with(mark)) return {kind, mark.size()};
  }
  return {};
}

// Takes the sign off the front; whether it was a minus.
bool take_sign(std::string_view& text) {
  for (const std::string_view minus : {"-", "\u2212", "\u2013"}) {
    if (!text.starts_with(minus)) continue;
    text.remove_prefix(minus.size());
    return true;
  }
  if (text.starts_with('+')) text.remove_prefix(1);
  return false;
}

bool is_exponent(std::string_view text) {  // from its 'e' on
  text.remove_prefix(1);
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) text.remove_prefix(1);
  return !text.empty() && text.size() <= 4 && std::ranges::all_of(text, is_digit);
}

std::optional<int> integer_in(std::string_view text) {
  constexpr std::size_t longest = 4;
  if (text.empty() || text.size() > longest || !std::ranges::all_of(text, is_digit)) return std::nullopt;
  int value = 0;
  for (const char c : text) value = 10 * value + (c - '0');
  return value;
}

std::optional<TimeOfCell> clock_in(std::string_view text) {
  TimeOfCell time;
  for (int part = 1; part <= 4; ++part) {
    const auto size = static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
    const auto value = integer_in(text.substr(0, size));
    if (size == 0 || !value) return std::nullopt;
    text.remove_prefix(size);
    if (part == 4) {  // thousandths after a colon
      if (size != 3 || !text.empty()) return std::nullopt;
      return TimeOfCell{time.seconds + *value / 1000.0, 3};
    }
    if (part > 1 && *value >= 60) return std::nullopt;
    time.seconds = 60 * time.seconds + *value;
    if (text.empty()) return part > 1 ? std::optional(time) : std::nullopt;
    if (text.front() == '.' || text.front() == ',') {
      double scale = 1;
      for (const char c : text.substr(1)) {
        if (!is_digit(c) || time.decimals == 12) return std::nullopt;
        time.seconds += (c - '0') * (scale /= 10);
        ++time.decimals;
      }
      return part > 1 ? std::optional(time) : std::nullopt;
    }
    if (text.front() != ':') return std::nullopt;
    text.remove_prefix(1);
  }
  return std::nullopt;
}

// Days since 1970. Of a date with its year last and no dots, day and month cannot be told apart: some day.
std::optional<double> days_in(std::string_view date) {
  constexpr double some_day = 20'000;
  const std::size_t first = std::min(date.find_first_of("-/."), date.size());
  const std::size_t second = first == date.size() ? first : std::min(date.find(date[first], first + 1), date.size());
  if (second == date.size()) return std::nullopt;
  const auto a = integer_in(date.substr(0, first)), b = integer_in(date.substr(first + 1, second - first - 1));
  const auto c = integer_in(date.substr(second + 1));
  if (!a || !b || !c || *b < 1 || *b > 31) return std::nullopt;
  const bool year_first = first == 4;
  if (!year_first && date[first] != '.') return *a >= 1 && *a <= 31 ? std::optional(some_day) : std::nullopt;
  const int year = year_first ? *a : *c < 100 ? 2000 + *c : *c;
  const std::chrono::year_month_day day{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(*b)),
                                        std::chrono::day(static_cast<unsigned>(year_first ? *c : *a))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day).time_since_epoch().count();
}

// "Z", "+02:00", "+0200" or "UTC", which is the same in every row.
bool is_time_zone(std::string_view text) {
  constexpr std::size_t longest = 6;
  if (text.empty() || text.size() > longest) return text.empty();
  if (text.front() == '+' || text.front() == '-') {
    return std::ranges::all_of(text.substr(1), [](char c) { return is_digit(c) || c == ':'; });
  }
  return std::ranges::all_of(text, [](char c) { return c >= 'A' && c <= 'Z'; });
}

}  // namespace

std::optional<NumberForm> number_form(std::string_view cell, bool blank_groups) {
  NumberForm form;
  form.negative = take_sign(cell);
  form.body = cell;
  if (cell.empty() || cell.size() > kLongestNumber) return std::nullopt;
  bool thousands = false;  // the groups so far are those of thousands
  char last = 0;
  int digits = 0, marks = 0;
  std::size_t i = 0;
  for (; i < cell.size() && cell[i] != 'e' && cell[i] != 'E'; ++i) {
    if (is_digit(cell[i])) {
      ++digits;
      continue;
    }
    const Mark mark = mark_at(cell, i, blank_groups);
    if (mark.kind == 0) return std::nullopt;
    if (marks == 0) {
      form.before = digits;
      thousands = digits >= 1 && digits <= 3 && cell.front() != '0';
    } else {
      if (form.group != 0 && form.group != last) return std::nullopt;  // there was a decimal sign
      form.group = last;
      thousands = thousands && digits == 3;
    }
    last = mark.kind;
    ++marks;
    digits = 0;
    i += mark.size - 1;
  }
  if (i < cell.size()) {
    if (!is_exponent(cell.substr(i))) return std::nullopt;
    form.exponent = true;
  }
  form.after = marks > 0 ? digits : 0;
  if (marks == 0) {
    form.before = digits;
    return digits > 0 ? std::optional(form) : std::nullopt;
  }
  const bool can_be_decimal = last == '.' || last == ',';
  if (marks == 1) {
    const bool group = thousands && digits == 3 && !form.exponent;
    if (can_be_decimal) {
      if (form.before + digits == 0 || (last == ',' && digits == 0)) return std::nullopt;
      form.mark = last;
      form.undecided = group;
    } else {
      if (!group) return std::nullopt;
      form.group = last;
    }
    return form;
  }
  if (!thousands) return std::nullopt;
  if (last == form.group) return digits == 3 && !form.exponent ? std::optional(form) : std::nullopt;
  if (!can_be_decimal || digits == 0) return std::nullopt;
  form.mark = last;
  return form;
}

std::optional<NumberWithUnit> number_with_unit(std::string_view cell) {
  const std::size_t last = cell.find_last_of("0123456789.");
  if (last == std::string_view::npos || last + 1 == cell.size()) return std::nullopt;
  const std::string_view unit = trimmed(cell.substr(last + 1));
  if (!is_voltage(unit)) return std::nullopt;
  const auto form = number_form(trimmed(cell.substr(0, last + 1)), false);
  return form ? std::optional(NumberWithUnit{*form, unit}) : std::nullopt;
}

std::optional<double> number_value(const NumberForm& form, const NumberStyle& style) {
  std::array<char, kLongestNumber + 1> buffer;
  std::size_t size = 0;
  if (form.negative) buffer[size++] = '-';
  for (const char c : form.body) {
    const bool is_decimal = c == form.mark && form.mark != 0 && (!form.undecided || style.is_decimal(c));
    if (is_decimal)
      buffer[size++] = '.';
    else if (is_digit(c) || c == 'e' || c == 'E' || c == '-')
      buffer[size++] = c;
  }
  double value = 0;
  const auto [end, failed] = std::from_chars(buffer.data(), buffer.data() + size, value);
  if (failed != std::errc() || end != buffer.data() + size || !std::isfinite(value)) return std::nullopt;
  return value;
}

void NumberMarks::add(const NumberForm& form, std::string_view cell) {
  if (form.group == '.' || form.group == ',') ++(form.group == '.' ? point : comma).group;
  if (form.mark == 0) {
    if (form.group == 0 && !form.exponent) ++(form.before <= 3 ? short_numbers : long_numbers);
    return;
  }
  MarkCount& count = form.mark == '.' ? point : comma;
  ++(form.undecided ? count.undecided : count.decimal);
  if (form.undecided && count.example.empty()) count.example = cell;
}

std::optional<TimeOfCell> time_in(std::string_view cell) {
  const std::size_t colon = cell.find(':');
  constexpr std::size_t longest = 64;
  if (colon == std::string_view::npos || cell.size() > longest) return std::nullopt;
  if (cell.front() == '[' && cell.back() == ']') return time_in(trimmed(cell.substr(1, cell.size() - 2)));
  std::size_t begin = colon, end = colon;
  while (begin > 0 && cell[begin - 1] != ' ' && cell[begin - 1] != 'T') --begin;
  while (end < cell.size() && (is_digit(cell[end]) || cell[end] == ':' || cell[end] == '.' || cell[end] == ',')) ++end;
  auto time = clock_in(cell.substr(begin, end - begin));
  if (!time) return std::nullopt;
  std::string_view date = trimmed(cell.substr(0, begin == 0 ? 0 : begin - 1)), rest = trimmed(cell.substr(end));
  const std::string half = lower_case(rest.substr(0, 2));
  if (half == "am" || half == "pm") {
    constexpr double noon = 43'200;
    if (time->seconds >= noon + 3600) return std::nullopt;
    if (time->seconds >= noon) time->seconds -= noon;
    if (half == "pm") time->seconds += noon;
    rest = trimmed(rest.substr(2));
  }
  if (date.empty() && !rest.empty() && is_digit(rest.front())) std::swap(date, rest);
  if (!is_time_zone(rest)) return std::nullopt;
  if (date.empty()) return time;
  const auto days = days_in(date);
  if (!days) return std::nullopt;
  time->seconds += 86'400 * *days;
  return time;
}

bool has_letter(std::string_view text) {
  return std::ranges::any_of(
      text, [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0; });
}

bool is_error_sign(std::string_view cell) {
  constexpr std::size_t longest = 16;
  if (cell.empty() || cell.front() != '#' || cell.size() > longest) return false;
  if (cell.find_first_not_of('#') == std::string_view::npos) return true;  // a column that is too narrow
  const std::string lower = lower_case(cell);
  return cell.back() == '!' || cell.back() == '?' || lower == "#n/a" || lower == "#n/d" || lower == "#nv";
}

bool is_missing(std::string_view cell) {
  constexpr std::array<std::string_view, 13> signs = {"",     "-",    "--",  "---",  "nan", "na",      "n/a",
                                                      "n.a.", "null", "nil", "none", "inf", "infinity"};
  if (is_error_sign(cell)) return true;
  constexpr std::size_t longest = 9;
  if (cell.size() > longest) return false;
  const std::string lower = lower_case(cell);
  std::string_view word = lower;
  if (word.size() > 1 && (word.front() == '+' || word.front() == '-')) word.remove_prefix(1);
  return std::ranges::find(signs, word) != signs.end();
}

CellKind kind_of(std::string_view cell, bool blank_groups) {
  if (cell.empty()) return CellKind::empty;
  if (number_form(cell, blank_groups)) return CellKind::number;
  if (is_missing(cell)) return CellKind::missing;
  return time_in(cell) ? CellKind::time : CellKind::text;
}

}  // namespace beatbench::csv
