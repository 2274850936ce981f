#include "recordings/csv/statements.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <span>

#include "beatbench/core/record.h"
#include "beatbench/core/text.h"
#include "recordings/csv/cells.h"
#include "recordings/csv/headings.h"
#include "recordings/csv/time.h"

namespace beatbench::csv {
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
constexpr std::array<std::string_view, 14> kRate = {"rate",        "freq",
                                                    "frek",        "fr\u00E9q",
                                                    "frec",        "taux",
                                                    "tasa",        "taxa",
                                                    "tasso",       "frequ\u00EAnc",
                                                    "\u7387",      "\u30EC\u30FC\u30C8",
                                                    "cz\u0119sto", "\u0447\u0430\u0441\u0442\u043E\u0442"};
constexpr std::array<std::string_view, 5> kInterval = {"interval", "period", "intervall", "p\u00E9riode", "periodo"};
constexpr std::array<std::string_view, 4> kWholeWords = {"fs", "sfreq", "srate", "sampfreq"};
constexpr std::array<std::string_view, 4> kChanged = {"resampl", "downsampl", "upsampl", "oversampl"};
// What has other rates beside the ECG's: filters and limits, and signals of other kinds.
constexpr std::array<std::string_view, 10> kFilters = {"filt", "notch", "pass", "paso",  "band",
                                                       "cut",  "alias", "max",  "range", "nyquist"};
constexpr std::array<std::string_view, 11> kOtherSignals = {"resp",  "atmung", "acceler", "beschleun", "gyro",  "ppg",
                                                            "pleth", "spo2",   "eeg",     "emg",       "pacing"};
// What may stand between the name of a rate and its number.
constexpr std::array<std::string_view, 21> kBetween = {"hz",  "hertz", "khz", "in",  "is",      "at",     "of",
                                                       "the", "per",   "s",   "sec", "second",  "ms",     "us",
                                                       "ecg", "ekg",   "ca",  "von", "channel", "approx", "value"};
constexpr std::array<std::string_view, 11> kUnit = {
    "unit",         "einheit",     "unidad",
    "unidade",      "eenheid",     "enhet",
    "enhed",        "jednostk",    "\u0435\u0434\u0438\u043D\u0438\u0446",
    "\u5355\u4F4D", "\u5358\u4F4D"};
constexpr std::array<std::string_view, 12> kLead = {
    "lead",      "ableitung", "d\u00E9rivation", "derivation", "derivaci\u00F3n", "derivazione", "deriva\u00E7\u00E3o",
    "afleiding", "avledning", "afledning",       "kanal",      "channel"};
constexpr std::size_t kLongestLine = 4096;

constexpr bool is_digit(char c) { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c & 0x80) != 0; }

// A word in a text: from where to where.
struct Place {
  std::size_t begin = std::string_view::npos, end = std::string_view::npos;
  explicit operator bool() const { return begin != std::string_view::npos; }
};

std::size_t behind_letters(std::string_view text, std::size_t at) {
  while (at < text.size() && is_letter(text[at])) ++at;
  return at;
}

// The first of these in a text, with the letters that follow it.
Place find_any(std::string_view text, Words words) {
  Place first;
  for (const std::string_view word : words) {
    const std::size_t at = text.find(word);
    if (at < first.begin) first = {at, behind_letters(text, at + word.size())};
  }
  return first;
}

Place find_whole_word(std::string_view text, Words words) {
  for (const std::string_view word : words) {
    for (std::size_t at = text.find(word); at != std::string_view::npos; at = text.find(word, at + 1)) {
      const std::size_t end = at + word.size();
      const bool begins = at == 0 || (!is_letter(text[at - 1]) && !is_digit(text[at - 1]));
      if (begins && (end == text.size() || (!is_letter(text[end]) && !is_digit(text[end])))) return {at, end};
    }
  }
  return {};
}

// "samples per minute", "samples/s": what is counted in a time.
Place find_per_time(std::string_view text) {
  for (const std::string_view per : {"/", "per ", "pro "}) {
    const std::size_t at = text.find(per);
    if (at == std::string_view::npos) continue;
    const std::size_t begin = at + per.size(), end = behind_letters(text, begin);
    if (seconds_in(text.substr(begin, end - begin))) return {at, end};
  }
  return {};
}

// A word for a rate, alone or behind one for sampling ("Abtastrate"), as "generated" is not.
Place find_rate_word(std::string_view text) {
  constexpr int most_tries = 4;
  std::size_t from = 0;
  for (int i = 0; i < most_tries; ++i) {
    const Place found = find_any(text.substr(from), kRate);
    if (!found) return {};
    const std::size_t at = from + found.begin;
    std::size_t begin = at;
    while (begin > 0 && is_letter(text[at]) && is_letter(text[begin - 1])) --begin;
    if (begin == at || find_any(text.substr(begin, at - begin), kSampling)) return {at, from + found.end};
    from += found.end;
  }
  return {};
}

// What begins with anything but blanks, quotes, brackets and separators.
std::string_view behind_marks(std::string_view text) {
  for (const std::string_view blank = "\u00A0"; !text.empty();) {
    if (text.starts_with(blank))
      text.remove_prefix(blank.size());
    else if (std::string_view(" \t\"'()[]{},;|-").find(text.front()) != std::string_view::npos)
      text.remove_prefix(1);
    else
      break;
  }
  return text;
}

std::string_view letters_of(std::string_view text) { return text.substr(0, behind_letters(text, 0)); }

// The number of a text and what stands around it.
struct Quantity {
  std::string_view before, number, behind;

  // "0.05-150", "2024-01-01", "12:30", and the "1" of "1/s": no number by itself.
  bool is_part() const {
    constexpr std::array<std::string_view, 4> joints = {"-", "\u2013", "~", "/"};
    const std::string_view left = trimmed(before), right = trimmed(behind);
    if (number == "1" && right.starts_with('/')) return true;
    if (behind.starts_with(':') || (before.ends_with(':') && ends_with_digit(before.substr(0, before.size() - 1)))) {
      return true;
    }
    return std::ranges::any_of(joints, [&](std::string_view joint) {
      if (right.starts_with(joint) && begins_with_digit(trimmed(right.substr(joint.size())))) return true;
      return left.ends_with(joint) && ends_with_digit(trimmed(left.substr(0, left.size() - joint.size())));
    });
  }

 private:
  static bool begins_with_digit(std::string_view text) { return !text.empty() && is_digit(text.front()); }
  static bool ends_with_digit(std::string_view text) { return !text.empty() && is_digit(text.back()); }
};

// The numbers of a text, as far as digits, points and commas go; those that belong to a word are none.
std::vector<Quantity> quantities_in(std::string_view text) {
  std::vector<Quantity> found;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_digit(text[i])) continue;
    const std::size_t begin = i;
    const auto goes_on = [&](std::size_t at) {
      if (is_digit(text[at])) return true;
      return (text[at] == '.' || text[at] == ',') && at + 1 < text.size() && is_digit(text[at + 1]);
    };
    while (i < text.size() && goes_on(i)) ++i;
    if (begin > 0 && is_letter(text[begin - 1])) continue;
    found.push_back({text.substr(0, begin), text.substr(begin, i - begin), text.substr(i)});
  }
  return found;
}

// How often a second: "samples per minute", "/s".
std::optional<double> per_time(std::string_view text) {
  constexpr std::size_t longest = 64;
  const Place found = find_per_time(text.substr(0, longest));
  if (!found) return std::nullopt;
  const std::string_view words = text.substr(found.begin, found.end - found.begin);
  return 1.0 / *seconds_in(words.substr(words.find_last_of(" /") + 1));
}

// Hz in the unit of a rate that a text begins with.
std::optional<double> hertz_in(std::string_view text) {
  text = behind_marks(text);
  for (const std::string_view unit : {"khz", "kilohertz", "ksps"}) {
    if (text.starts_with(unit)) return 1000.0;
  }
  for (const std::string_view unit : {"mhz", "megahertz"}) {
    if (text.starts_with(unit)) return 1e6;
  }
  for (const std::string_view unit : {"hz", "hertz", "sps"}) {
    if (text.starts_with(unit)) return 1.0;
  }
  for (const std::string_view begin : {"sampl", "/", "1/", "per "}) {
    if (text.starts_with(begin)) return per_time(text);
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

// The readings of a number that may be the rate of an ECG, all of them where several may; where none may, one of them.
std::vector<double> rates_of(std::string_view number, const std::vector<double>& hertz, bool is_interval) {
  std::vector<double> likely, possible, others;
  for (const double factor : hertz) {
    for (const double value : readings_of(number)) {
      const double rate = is_interval ? 1.0 / (value * factor) : value * factor;
      (!is_stated_rate(rate) ? others : is_rate_of_ecg(rate) && !is_interval ? likely : possible).push_back(rate);
    }
  }
  if (!likely.empty()) return likely;
  if (possible.empty() && !others.empty()) possible.push_back(others.front());
  return possible;
}

// The rate that an interval of samples means, its unit behind the number or before it ("(ms): 4").
std::vector<double> rates_of_interval(const Quantity& interval) {
  const std::string_view unit = letters_of(behind_marks(interval.behind));
  if (const auto seconds = seconds_in(unit)) return rates_of(interval.number, {*seconds}, true);
  if (!unit.empty()) return {};
  const std::size_t open = std::min(interval.before.find_first_of("(["), interval.before.size());
  if (const auto seconds = seconds_in(letters_of(behind_marks(interval.before.substr(open))))) {
    return rates_of(interval.number, {*seconds}, true);
  }
  return rates_of(interval.number, {1.0, 1e-3, 1e-6}, true);
}

// Whether a text has no words but those that may stand between the name of a rate and its number.
bool only_between(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_letter(text[i])) continue;
    const std::string_view word = letters_of(text.substr(i));
    if (std::ranges::find(kBetween, word) == kBetween.end()) return false;
    i += word.size() - 1;
  }
  return true;
}

std::vector<double> rates_with_hertz(std::string_view text) {
  std::vector<double> rates;
  for (const Quantity& quantity : quantities_in(text)) {
    const auto hertz = quantity.is_part() ? std::nullopt : hertz_in(quantity.behind);
    if (hertz) std::ranges::copy(rates_of(quantity.number, {*hertz}, false), std::back_inserter(rates));
  }
  return rates;
}

// Where a clause names the rate or the interval of samples.
struct RateName {
  std::size_t begin = 0, end = 0;
  bool is_rate = false, is_interval = false;  // neither: it says that something was sampled

  static std::optional<RateName> in(std::string_view clause) {
    if (find_any(clause, kFilters) || find_any(clause, kOtherSignals)) return std::nullopt;
    if (const Place word = find_whole_word(clause, kWholeWords)) return RateName{word.begin, word.end, true, false};
    const Place sampling = find_any(clause, kSampling);
    if (!sampling) return std::nullopt;
    const Place interval = find_any(clause, kInterval), per = find_per_time(clause);
    const Place rate = per ? per : find_rate_word(clause);
    const Place with = interval ? interval : rate;
    return RateName{sampling.begin, with ? std::max(sampling.end, with.end) : sampling.end, !interval && rate,
                    static_cast<bool>(interval)};
  }
};

// The rates that a clause says behind such a name: with Hz wherever they stand, or the number right behind it.
std::vector<double> rates_behind(std::string_view clause, const RateName& name) {
  auto rates = rates_with_hertz(clause.substr(name.begin));
  if (!rates.empty() || !(name.is_rate || name.is_interval)) return rates;
  const auto quantities = quantities_in(clause.substr(name.end));
  if (quantities.empty() || quantities.front().is_part()) return rates;
  Quantity first = quantities.front();
  const std::size_t mark = first.before.find_last_of(":=");
  if (!only_between(mark == std::string_view::npos ? first.before : first.before.substr(mark))) return rates;
  if (name.is_interval) return rates_of_interval(first);
  const std::string_view unit = behind_marks(first.behind);
  if (!letters_of(unit).empty() && !trimmed(first.behind).starts_with('(')) return rates;
  const bool is_kilohertz = first.before.find("khz") != std::string_view::npos;
  const std::string_view words = clause.substr(name.begin, name.end - name.begin + first.before.size());
  return rates_of(first.number, {is_kilohertz ? 1000.0 : per_time(words).value_or(1.0)}, false);
}

// The parts of a line between separators and ends of sentences. A comma between digits is one of a number, but where
// the number stands behind a comma itself: "Sample Rate,500,40".
std::vector<std::string_view> clauses_of(std::string_view line) {
  std::vector<std::string_view> clauses;
  std::size_t begin = 0;
  bool in_number = false, behind_comma = false;
  char before = 0;  // the last one that is no blank
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (is_digit(c)) {
      if (!in_number) behind_comma = before == ',' || before == '[';
      in_number = true;
      before = c;
      continue;
    }
    const bool digit_follows = i + 1 < line.size() && is_digit(line[i + 1]);
    if (in_number && digit_follows && (c == '.' || (c == ',' && !behind_comma))) continue;
    in_number = false;
    if (c != ' ') before = c;
    std::size_t width = std::string_view(",;|\t").find(c) != std::string_view::npos ? 1 : 0;
    if (line.substr(i).starts_with(". ")) width = 2;
    if (line.substr(i).starts_with(" and ") || line.substr(i).starts_with(" und ")) width = 5;
    if (width == 0) continue;
    clauses.push_back(line.substr(begin, i - begin));
    begin = i + width;
    i += width - 1;
  }
  clauses.push_back(line.substr(begin));
  return clauses;
}

// From the first part of a line to another.
std::string_view joined_parts(std::string_view first, std::string_view last) {
  return {first.data(), static_cast<std::size_t>(last.data() + last.size() - first.data())};
}

// Whether a clause is a number, alone or in Hz.
bool is_value(std::string_view clause) {
  const auto quantities = quantities_in(clause);
  if (quantities.size() != 1 || !behind_marks(quantities.front().before).empty()) return false;
  const std::string_view unit = behind_marks(quantities.front().behind);
  return unit.empty() || (hertz_in(unit) && behind_marks(unit.substr(letters_of(unit).size())).empty());
}

bool is_unit(std::string_view clause) {
  const std::string_view unit = behind_marks(clause);
  return !unit.empty() && (hertz_in(unit) || seconds_in(unit));
}

// What the clauses of a line say, each for itself or a name and the number behind the separator.
std::vector<double> rates_in_clauses(std::string_view line) {
  std::vector<double> rates;
  const auto clauses = clauses_of(line);
  for (std::size_t i = 0; i < clauses.size(); ++i) {
    const auto name = RateName::in(clauses[i]);
    const bool is_of_other = i > 0 && find_any(clauses[i - 1], kOtherSignals) && quantities_in(clauses[i - 1]).empty();
    if (!name || is_of_other) continue;
    auto found = rates_behind(clauses[i], *name);
    std::size_t next = i + 1;
    while (next < clauses.size() && behind_marks(clauses[next]).empty()) ++next;  // "Sample rate,,500"
    const bool is_known = name->is_rate || name->is_interval || !names_counter(clauses[i]);
    const bool is_name = is_known && quantities_in(clauses[i]).empty() && only_between(clauses[i].substr(name->end));
    if (found.empty() && is_name && next < clauses.size()) {
      const std::string_view value = clauses[next];
      const std::string_view start = behind_marks(value);
      const bool has_unit = next + 1 < clauses.size() && is_unit(clauses[next + 1]);
      const std::string_view whole = joined_parts(clauses[i], has_unit ? clauses[next + 1] : value);
      const bool is_other = find_any(value, kFilters) || find_any(value, kOtherSignals);
      if (!start.empty() && is_digit(start.front()) && !is_other) found = rates_behind(whole, *name);
      next += has_unit ? 2 : 1;
    }
    if (found.empty()) continue;
    std::ranges::copy(found, std::back_inserter(rates));
    for (; next < clauses.size() && is_value(clauses[next]); ++next) {  // another one beside it contradicts it
      const auto quantity = quantities_in(clauses[next]).front();
      const double hertz = hertz_in(quantity.behind).value_or(1.0);
      std::ranges::copy(rates_of(quantity.number, {hertz}, false), std::back_inserter(rates));
    }
  }
  return rates;
}

// A line without what stands in brackets with a number: "Sample rate (max 1000 Hz): 500 Hz".
std::string without_notes(std::string_view line) {
  std::string text;
  while (!line.empty()) {
    const std::size_t open = std::min(line.find('('), line.size()), close = std::min(line.find(')', open), line.size());
    text += line.substr(0, open);
    const std::string_view note = line.substr(open, close - open + 1);
    if (std::ranges::none_of(note, is_digit)) text += note;
    line.remove_prefix(std::min(open + note.size(), line.size()));
  }
  return text;
}

// "2 msec/sample"
std::vector<double> rates_per_sample(std::string_view line) {
  for (const Quantity& quantity : quantities_in(line)) {
    const std::string_view unit = letters_of(trimmed(quantity.behind));
    const std::string_view rest = trimmed(quantity.behind).substr(unit.size());
    if (seconds_in(unit) && trimmed(rest).starts_with("/sampl")) return rates_of_interval(quantity);
  }
  return {};
}

// All that a line says of the sampling rate, more than one where it contradicts itself.
std::vector<double> rates_in(std::string_view line, std::string_view key) {
  if (find_any(line, kChanged)) return {};
  if (auto rates = rates_per_sample(line); !rates.empty()) return rates;
  if (auto rates = rates_in_clauses(without_notes(line)); !rates.empty()) return rates;
  if (auto rates = rates_in_clauses(line); !rates.empty()) return rates;
  const bool one_word = line.find(' ') == line.rfind(' ') && !line.empty() && is_digit(line.front());
  const bool is_bare = one_word && (line.ends_with("hz") || line.ends_with("hertz"));  // "360 Hz"
  const auto quantities = quantities_in(line);
  if (quantities.empty() || !(is_bare || key == "rate" || key == "interval")) return {};
  auto rates = key == "interval" ? rates_of_interval(quantities.front()) : rates_with_hertz(line);
  std::erase_if(rates, [](double rate) { return !is_stated_rate(rate); });  // of something else
  return rates;
}

// A line of a table of words: what stands before the first separator and the cells behind it.
struct KeyAndValues {
  std::string key;
  std::vector<std::string_view> values;
};

KeyAndValues split_key(std::string_view line) {
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
  const auto [key, values] = split_key(line);
  const auto rates = rates_in(lower_case(trimmed(line)), key);
  for (const double rate : rates) rates_hz.push_back({rate, number});
  if (!rates.empty()) return Said::rate;
  if (std::ranges::find(kLead, key) != kLead.end() && values.size() == 1) {
    const std::string_view name = values.front().substr(values.front().find_last_of(' ') + 1);
    if (!is_ecg_lead(name)) return Said::nothing;
    lead = name;
    return Said::unit_or_lead;
  }
  if (!find_any(key, kUnit)) return Said::nothing;
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

}  // namespace beatbench::csv
