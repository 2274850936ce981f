#include "recordings/csv/headings.h"

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "beatbench/core/record.h"
#include "beatbench/core/text.h"

namespace beatbench::csv {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::array<std::pair<std::string_view, double>, 33> kTimeUnits = {{{"s", 1.0},
                                                                             {"sec", 1.0},
                                                                             {"secs", 1.0},
                                                                             {"second", 1.0},
                                                                             {"seconds", 1.0},
                                                                             {"sek", 1.0},
                                                                             {"sekunde", 1.0},
                                                                             {"sekunden", 1.0},
                                                                             {"secondes", 1.0},
                                                                             {"segundos", 1.0},
                                                                             {"ms", 1e-3},
                                                                             {"msec", 1e-3},
                                                                             {"millis", 1e-3},
                                                                             {"millisecond", 1e-3},
                                                                             {"milliseconds", 1e-3},
                                                                             {"millisekunden", 1e-3},
                                                                             {"us", 1e-6},
                                                                             {"\u00B5s", 1e-6},
                                                                             {"\u03BCs", 1e-6},
                                                                             {"usec", 1e-6},
                                                                             {"micros", 1e-6},
                                                                             {"microseconds", 1e-6},
                                                                             {"mikrosekunden", 1e-6},
                                                                             {"ns", 1e-9},
                                                                             {"nsec", 1e-9},
                                                                             {"nanoseconds", 1e-9},
                                                                             {"nanosekunden", 1e-9},
                                                                             {"min", 60.0},
                                                                             {"minute", 60.0},
                                                                             {"minutes", 60.0},
                                                                             {"h", 3600.0},
                                                                             {"hour", 3600.0},
                                                                             {"hours", 3600.0}}};

constexpr std::array<std::string_view, 12> kDigitalUnits = {
    "adu", "adc", "adc units", "adc counts", "count", "counts", "digital", "raw", "lsb", "nu", "au", "a.u."};

// Units of what stands beside an ECG.
constexpr std::array<std::string_view, 19> kOtherUnits = {
    "bpm",       "1/min", "%",   "mmhg", "\u00B0c", "degc",   "g",       "mg",    "m/s2", "m/s^2",
    "m/s\u00B2", "dps",   "deg", "ohm",  "kohm",    "\u2126", "k\u2126", "l/min", "kpa"};

bool is_one_of(const std::string& word, Words words) { return std::ranges::find(words, word) != words.end(); }

bool is_other_unit(std::string_view units) { return is_one_of(lower_case(units), kOtherUnits); }

std::optional<double> seconds_in_many(std::string_view units);

bool is_any_unit(std::string_view units) {
  return is_voltage(units) || seconds_in(units) || is_digital(units) || is_other_unit(units);
}

// "10 us", "1/100 s"
std::optional<double> seconds_in_many(std::string_view units) {
  const bool is_fraction = units.starts_with("1/");
  if (is_fraction) units.remove_prefix(2);
  const std::size_t end = std::min(units.find_first_not_of("0123456789."), units.size());
  const auto number = parse_number(units.substr(0, end));
  const std::string_view unit = trimmed(units.substr(end));
  if (!number || !(*number > 0) || unit.empty() || (unit.front() >= '0' && unit.front() <= '9')) return std::nullopt;
  const auto seconds = seconds_in(unit);
  if (!seconds) return std::nullopt;
  return is_fraction ? *seconds / *number : *seconds * *number;
}

CsvHeading named(std::string_view name, std::string_view whole, std::string_view units) {
  CsvHeading heading;
  name = trimmed(name);
  heading.name = name.empty() ? whole : name;
  heading.is_digital = is_digital(units);
  if (!heading.is_digital) heading.units = units;
  return heading;
}

}  // namespace

std::optional<double> seconds_in(std::string_view units) {
  if (!units.empty() && units.front() >= '0' && units.front() <= '9') return seconds_in_many(units);
  const std::string lower = lower_case(units);
  for (const auto& [name, seconds] : kTimeUnits) {
    if (lower == name) return seconds;
  }
  return std::nullopt;
}

bool is_digital(std::string_view units) { return is_one_of(lower_case(units), kDigitalUnits); }

CsvHeading heading_in(std::string_view text) {
  constexpr std::size_t longest = 256;
  text = trimmed(text);
  if (text.size() > longest) return {std::string(text), "", false};
  for (std::size_t close = text.find_last_of(")]}>"); close != std::string_view::npos && close > 0;
       close = text.find_last_of(")]}>", close - 1)) {
    const std::size_t open = text.find_last_of("([{<", close);
    if (open == std::string_view::npos) break;
    const std::string_view units = trimmed(text.substr(open + 1, close - open - 1));
    if (!is_any_unit(units)) continue;
    const std::string name = std::string(trimmed(text.substr(0, open))) + std::string(text.substr(close + 1));
    return named(name, text, units);
  }
  // A unit as the last word. "V" alone may as well be a lead, but behind a slash; of times see names_time.
  std::string_view words = text;
  while (words.ends_with('.')) words.remove_suffix(1);
  const std::size_t before = words.find_last_of(" _/.,-");
  const std::string_view units = before == std::string_view::npos ? words : words.substr(before + 1);
  const bool is_volt = lower_case(units) == "v";
  const bool slash = before != std::string_view::npos && words[before] == '/';
  std::string_view name = before == std::string_view::npos ? "" : words.substr(0, before);
  if (is_voltage(units) && (!is_volt || slash)) {
    while (!name.empty() && std::string_view(" _/.,-").find(name.back()) != std::string_view::npos)
      name.remove_suffix(1);
    if (lower_case(name).ends_with(" in")) name.remove_suffix(3);
    return named(name, text, units);
  }
  const bool is_long = units.size() > 1 && lower_case(units) != "min";  // "s", "h" and "min" may be something else
  const bool has_number = !units.empty() && units.front() >= '0' && units.front() <= '9';  // "ECG 10s"
  if (seconds_in(units) && !has_number && (is_long || before == std::string_view::npos || names_time(name))) {
    return named("", text, units);
  }
  return {std::string(text), "", false};
}

bool names_time(std::string_view heading) {
  constexpr std::array<std::string_view, 5> words = {"t", "ts", "tid", "tijd", "s"};
  constexpr std::array<std::string_view, 4> within = {"time", "zeit", "elapsed", "clock"};
  constexpr std::array<std::string_view, 3> begin = {"temps", "tiempo", "tempo"};
  std::string lower = lower_case(trimmed(heading));
  for (const std::string_view other : {"realtime", "real-time", "real time", "real_time"}) {
    if (const std::size_t at = lower.find(other); at != std::string::npos) lower.erase(at, other.size());
  }
  if (is_one_of(lower, words) || (seconds_in(lower) && lower != "h" && lower != "min")) return true;
  return std::ranges::any_of(within, [&](auto word) { return lower.find(word) != std::string::npos; }) ||
         std::ranges::any_of(begin, [&](auto word) { return lower.starts_with(word); });
}

bool names_counter(std::string_view heading, bool surely) {
  constexpr std::array<std::string_view, 21> sure = {
      "sample #",      "sample number", "sample index",   "sample interval", "sample no",    "sample no.", "sample nr",
      "sample_number", "sample_index",  "sampleindex",    "samplenumber",    "index",        "row",        "#",
      "no.",           "nr.",           "sample counter", "package number",  "packet count", "unnamed: 0", "lfd. nr."};
  constexpr std::array<std::string_view, 11> likely = {"sample", "samples", "frame", "n",       "nr",  "no",
                                                       "idx",    "id",      "count", "counter", "nseq"};
  const std::string lower = lower_case(trimmed(heading));
  if (!surely && trimmed(heading) == "i") return true;  // "I" is a lead
  return is_one_of(lower, sure) || (!surely && is_one_of(lower, likely));
}

bool is_like_heading(std::string_view cell) {
  if (cell.empty()) return false;
  const CsvHeading heading = heading_in(cell);
  if (!heading.units.empty() || heading.is_digital || is_ecg_lead(heading.name)) return true;
  constexpr std::array<std::string_view, 8> signals = {"ecg",       "ekg",  "signal",    "volt",
                                                       "amplitude", "lead", "ableitung", "channel"};
  const std::string lower = lower_case(heading.name);
  return names_time(lower) || names_counter(lower) ||
         std::ranges::any_of(signals, [&](auto word) { return lower.find(word) != std::string::npos; });
}

std::string_view unknown_units_in(std::string_view heading) {
  constexpr std::array<std::string_view, 9> notes = {"utc",      "gmt",     "local",    "elapsed", "relative",
                                                     "absolute", "relativ", "recorded", "lokal"};
  const std::size_t close = heading.find_last_of(")]}>");
  const std::size_t open = close == std::string_view::npos ? close : heading.find_last_of("([{<", close);
  if (open == std::string_view::npos) return {};
  const std::string_view units = trimmed(heading.substr(open + 1, close - open - 1));
  return is_one_of(lower_case(units), notes) ? std::string_view() : units;
}

std::optional<double> seconds_among(std::string_view words) {
  if (words.find_first_of("0123456789") != std::string_view::npos) return std::nullopt;
  std::optional<double> found;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find_first_of(" .,;:"), words.size());
    if (const auto seconds = seconds_in(words.substr(0, end))) {
      if (found && *found != *seconds) return std::nullopt;
      found = seconds;
    }
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return found;
}

std::string_view units_in(std::string_view cell) {
  cell = trimmed(cell);
  const bool brackets = cell.size() >= 2 && std::string_view("([{<").find(cell.front()) != std::string_view::npos &&
                        std::string_view(")]}>").find(cell.back()) != std::string_view::npos;
  return brackets ? trimmed(cell.substr(1, cell.size() - 2)) : cell;
}

bool is_like_units(std::string_view cell) {
  const std::string_view units = units_in(cell);
  const std::string lower = lower_case(units);
  return is_any_unit(units) || lower.starts_with("hh:mm") || lower.starts_with("h:mm") || lower == "m:s.ms" ||
         lower == "sample interval";
}

}  // namespace beatbench::csv
