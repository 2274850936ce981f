#include "wfdb/csv_statements.h"

#include <algorithm>
#include <array>
#include <span>

#include "beatbench/core/record.h"
#include "beatbench/core/text.h"
#include "wfdb/csv_cells.h"
#include "wfdb/csv_headings.h"
#include "wfdb/csv_time.h"

namespace beatbench::wfdb {
namespace {

using Words = std::span<const std::string_view>;

// "Sampling", "Abtastung", "échantillonnage", "muestreo", "campionamento", "amostragem", "bemonstering",
// "próbkowania", "дискретизации", and the Chinese and Japanese for it.
constexpr std::array<std::string_view, 11> kSampling = {
    "sampl",
    "abtast",
    "chantillon",
    "muestreo",
    "campionamento",
    "amostragem",
    "bemonster",
    "kowania",
    "\u0434\u0438\u0441\u043A\u0440\u0435\u0442\u0438\u0437\u0430\u0446\u0438\u0438",
    "\u91C7\u6837",
    "\u30B5\u30F3\u30D7\u30EB"};
// Beside those that mean sampling by themselves.
constexpr std::array<std::string_view, 17> kRate = {"rate",
                                                    "freq",
                                                    "frek",
                                                    "fr\u00E9q",
                                                    "frec",
                                                    "taux",
                                                    "tasa",
                                                    "taxa",
                                                    "tasso",
                                                    "frequ\u00EAnc",
                                                    "per sec",
                                                    "/s",
                                                    "/ s",
                                                    "\u7387",
                                                    "\u30EC\u30FC\u30C8",
                                                    "cz\u0119sto",
                                                    "\u0447\u0430\u0441\u0442\u043E\u0442"};
constexpr std::array<std::string_view, 5> kInterval = {"interval", "period", "intervall", "p\u00E9riode", "periodo"};
constexpr std::array<std::string_view, 4> kWholeWords = {"fs", "sfreq", "srate", "sampfreq"};
constexpr std::array<std::string_view, 4> kChanged = {"resampl", "downsampl", "upsampl", "oversampl"};
constexpr std::array<std::string_view, 11> kUnit = {
    "unit",         "einheit",     "unidad",
    "unidade",      "eenheid",     "enhet",
    "enhed",        "jednostk",    "\u0435\u0434\u0438\u043D\u0438\u0446",
    "\u5355\u4F4D", "\u5358\u4F4D"};
constexpr std::array<std::string_view, 12> kLead = {
    "lead",      "ableitung", "d\u00E9rivation", "derivation", "derivaci\u00F3n", "derivazione", "deriva\u00E7\u00E3o",
    "afleiding", "avledning", "afledning",       "kanal",      "channel"};
constexpr std::size_t kLongestLine = 4096;
constexpr double kLowestRate_hz = 1, kHighestRate_hz = 100'000;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0; }

// The first place of one of these in a text.
std::size_t find_any(std::string_view text, Words words) {
  std::size_t first = std::string_view::npos;
  for (const std::string_view word : words) first = std::min(first, text.find(word));
  return first;
}

std::size_t find_whole_word(std::string_view text, Words words) {
  for (const std::string_view word : words) {
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      const std::size_t end = at + word.size();
      const bool begins = at == 0 || (!is_letter(text[at - 1]) && !is_digit(text[at - 1]));
      if (begins && (end == text.size() || (!is_letter(text[end]) && !is_digit(text[end])))) return at;
    }
  }
  return std::string_view::npos;
}

struct Quantity {
  std::string_view number;
  std::string_view unit;  // the letters behind it
};

// The next number of a text, which is cut off behind it.
std::optional<Quantity> take_quantity(std::string_view& text) {
  std::size_t begin = 0;
  while (begin < text.size() && !(is_digit(text[begin]) && (begin == 0 || !is_letter(text[begin - 1])))) ++begin;
  if (begin == text.size()) return std::nullopt;
  std::size_t end = begin;
  const auto goes_on = [&](std::size_t i) {
    if (is_digit(text[i])) return true;
    return (text[i] == '.' || text[i] == ',') && i + 1 < text.size() && is_digit(text[i + 1]);
  };
  while (end < text.size() && goes_on(end)) ++end;
  Quantity quantity{text.substr(begin, end - begin), {}};
  text.remove_prefix(end);
  std::string_view rest = text;
  while (!rest.empty() && (!is_letter(rest.front()) || rest.starts_with("\u00A0")) && !is_digit(rest.front())) {
    rest.remove_prefix(rest.starts_with("\u00A0") ? 2 : 1);
  }
  std::size_t size = 0;
  while (size < rest.size() && is_letter(rest[size])) ++size;
  quantity.unit = rest.substr(0, size);
  return quantity;
}

std::optional<double> hertz_in(std::string_view unit) {
  if (unit.starts_with("khz") || unit.starts_with("kilohertz")) return 1000.0;
  if (unit.starts_with("hz") || unit.starts_with("hertz") || unit.starts_with("sps") || unit.starts_with("sampl")) {
    return 1.0;
  }
  return std::nullopt;
}

// The readings of a number: "1,024" is 1.024 or 1024.
std::vector<double> readings_of(std::string_view number) {
  std::vector<double> values;
  const auto form = number_form(number, false);
  if (!form) return values;
  for (const bool decimal : {true, false}) {
    if (const auto value = number_value(*form, {decimal, decimal})) values.push_back(*value);
    if (!form->undecided) break;
  }
  return values;
}

// Of the readings of a quantity, the one that is the rate of an ECG, else the first that is a rate at all.
std::optional<double> rate_of(const Quantity& quantity, const std::vector<double>& factors, bool is_interval) {
  std::optional<double> rate;
  for (const double factor : factors) {
    for (const double value : readings_of(quantity.number)) {
      const double here = is_interval ? 1.0 / (value * factor) : value * factor;
      if (is_rate_of_ecg(here)) return here;
      if (!rate && here >= kLowestRate_hz && here <= kHighestRate_hz) rate = here;
    }
  }
  return rate;
}

std::optional<double> interval_rate(std::string_view text) {
  const std::size_t open = text.find_first_of("([");  // "sampling interval (ms): 4"
  std::vector<double> factors = {1.0, 1e-3, 1e-6};
  if (open != std::string_view::npos) {
    const std::size_t close = text.find_first_of(")]", open);
    if (const auto unit = seconds_in(trimmed(text.substr(open + 1, close - open - 1)))) factors = {*unit};
  }
  const auto quantity = take_quantity(text);
  if (!quantity) return std::nullopt;
  if (const auto unit = seconds_in(quantity->unit)) factors = {*unit};
  return rate_of(*quantity, factors, true);
}

// The first number with a unit of a rate.
std::optional<double> hertz_behind(std::string_view text) {
  while (const auto quantity = take_quantity(text)) {
    if (const auto factor = hertz_in(quantity->unit)) return rate_of(*quantity, {*factor}, false);
  }
  return std::nullopt;
}

// The first number, in Hz or in what is said before it.
std::optional<double> number_behind(std::string_view text) {
  const bool is_kilohertz = text.substr(0, text.find_first_of("0123456789")).find("khz") != std::string_view::npos;
  const auto quantity = take_quantity(text);
  return quantity ? rate_of(*quantity, {is_kilohertz ? 1000.0 : 1.0}, false) : std::nullopt;
}

std::optional<double> rate_in(std::string_view line, std::string_view key) {
  constexpr auto nowhere = std::string_view::npos;
  if (find_any(line, kChanged) != nowhere) return std::nullopt;
  if (key == "interval" || line.find("sec/sample") != nowhere) return interval_rate(line);
  const std::size_t word = find_whole_word(line, kWholeWords), sampling = find_any(line, kSampling);
  if (const std::size_t at = std::min(word, sampling); at != nowhere) {
    const std::string_view from = line.substr(at);
    if (const auto rate = hertz_behind(from)) return rate;
    if (word != nowhere) return number_behind(line.substr(word));
    if (find_any(line, kInterval) != nowhere) return interval_rate(from);
    return find_any(line, kRate) != nowhere ? number_behind(from) : std::nullopt;
  }
  constexpr std::array<std::string_view, 5> keys = {"rate", "frequency", "frequenz", "fr\u00E9quence", "frecuencia"};
  const bool one_word = line.find(' ') == line.rfind(' ') && !line.empty() && is_digit(line.front());
  const bool is_bare = one_word && (line.ends_with("hz") || line.ends_with("hertz"));  // "360 Hz"
  return is_bare || std::ranges::find(keys, key) != keys.end() ? hertz_behind(line) : std::nullopt;
}

// A line of a table of words: what stands before the first separator and the cells behind it.
struct KeyAndValues {
  std::string key;
  std::vector<std::string_view> values;
};

KeyAndValues take_apart(std::string_view line) {
  const std::size_t end = std::min(line.find_first_of(",;:=\t"), line.size());
  std::vector<std::string_view> cells;
  split_cells(line.substr(0, end), '\0', cells);
  KeyAndValues out{lower_case(cells.front()), {}};
  if (end == line.size()) return out;
  const std::string_view rest = line.substr(end + 1);
  char separator = '\0';
  for (const char c : {',', ';', '\t'}) {
    if (separator == '\0' && rest.find(c) != std::string_view::npos) separator = c;
  }
  split_cells(rest, separator, out.values);
  return out;
}

}  // namespace

Said CsvStatements::add(std::string_view line, std::int64_t number) {
  if (line.size() > kLongestLine) return Said::nothing;
  while (!line.empty() && std::string_view("#%/ \t").find(line.front()) != std::string_view::npos)
    line.remove_prefix(1);
  const auto [key, values] = take_apart(line);
  if (const auto rate = rate_in(lower_case(trimmed(line)), key)) {
    rates_hz.push_back({*rate, number});
    return Said::rate;
  }
  if (std::ranges::find(kLead, key) != kLead.end() && values.size() == 1) {
    const std::string_view name = values.front().substr(values.front().find_last_of(' ') + 1);
    if (!is_ecg_lead(name)) return Said::nothing;
    lead = name;
    return Said::unit_or_lead;
  }
  if (find_any(key, kUnit) == std::string::npos) return Said::nothing;
  Said said = Said::nothing;
  for (const std::string_view value : values) {
    const std::string_view unit = value.substr(0, value.find(' '));
    if (!is_voltage(unit) && !seconds_in(unit)) continue;
    said = Said::unit_or_lead;
    if (is_voltage(unit))
      voltages.push_back({std::string(unit), number});
    else
      time_unit = unit;
  }
  return said;
}

}  // namespace beatbench::wfdb
