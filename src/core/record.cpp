#include "beatbench/core/record.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "core/table.h"

namespace beatbench {
namespace {

constexpr std::array<std::pair<std::string_view, double>, 12> kVoltages = {{{"mV", 1.0},
                                                                            {"millivolt", 1.0},
                                                                            {"millivolts", 1.0},
                                                                            {"uV", 1e-3},
                                                                            {"\u00B5V", 1e-3},
                                                                            {"\u03BCV", 1e-3},
                                                                            {"microvolt", 1e-3},
                                                                            {"microvolts", 1e-3},
                                                                            {"V", 1e3},
                                                                            {"volt", 1e3},
                                                                            {"volts", 1e3},
                                                                            {"nV", 1e-6}}};

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](unsigned char x, unsigned char y) { return std::tolower(x) == std::tolower(y); });
}

double millivolts_per(const Lead& lead) {
  if (lead.units.empty()) return 1.0;
  if (const auto factor = millivolts_in(lead.units)) return *factor;
  throw Error(ErrorKind::unsupported, "lead " + lead.name,
              "its unit is '" + lead.units + "'; a voltage is needed (mV, uV, V or nV)");
}

// The parts of a name between anything but letters and digits; none where a minus sign stands before a lead.
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  const auto is_part = [](char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0; };
  for (std::size_t i = 0; i < name.size(); ++i) {
    const bool minus =
        name[i] == '-' && (i == 0 || !is_part(name[i - 1])) && i + 1 < name.size() && is_part(name[i + 1]);
    if (minus) return {};
    if (is_part(name[i]))
      words.back() += name[i];
    else if (!words.back().empty())
      words.emplace_back();
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

// The name without "ECG" and "lead" around it, as one word: "avr", "mlii", "v1"; "" where it has more than that.
std::string lead_word(std::string_view name) {
  const auto says_nothing = [](const std::string& word) { return word == "ecg" || word == "ekg" || word == "lead"; };
  std::vector<std::string> words = words_of(lower_case(name));
  while (!words.empty() && says_nothing(words.back())) words.pop_back();
  while (!words.empty() && says_nothing(words.front())) words.erase(words.begin());
  static const std::set<std::string, std::less<>> first_halves = {"a", "v", "c", "d", "m", "ml", "mv", "mcl", "mod"};
  if (words.size() == 2 && first_halves.contains(words[0])) words = {words[0] + words[1]};
  if (words.size() != 1) return "";
  std::string word = words.front();
  for (const std::string_view prefix : {"ecg", "ekg", "lead"}) {
    if (word.starts_with(prefix)) word.erase(0, prefix.size());
  }
  return word;
}

bool is_digit_between(char c, char first, char last) { return c >= first && c <= last; }

std::string canonical_word(const std::string& word) {
  static const std::map<std::string, std::string, std::less<>> limb = {
      {"i", "I"},       {"di", "I"},        {"d1", "I"},        {"ii", "II"},     {"dii", "II"},   {"d2", "II"},
      {"iii", "III"},   {"diii", "III"},    {"d3", "III"},      {"avr", "aVR"},   {"avl", "aVL"},  {"avf", "aVF"},
      {"mli", "MLI"},   {"ml1", "MLI"},     {"modi", "MLI"},    {"mlii", "MLII"}, {"ml2", "MLII"}, {"modii", "MLII"},
      {"ml3", "MLIII"}, {"mliii", "MLIII"}, {"modiii", "MLIII"}};
  if (const auto found = limb.find(word); found != limb.end()) return found->second;
  if (word.empty()) return "";
  const char digit = word.back();
  const std::string_view before = std::string_view(word).substr(0, word.size() - 1);
  if (before == "v" && is_digit_between(digit, '1', '9')) return std::string("V") + digit;
  if (before == "c" && is_digit_between(digit, '1', '6')) return std::string("V") + digit;
  if ((before == "mv" || before == "modv") && is_digit_between(digit, '1', '6')) return std::string("MV") + digit;
  if (before == "mcl" && is_digit_between(digit, '1', '6')) return std::string("MCL") + digit;
  const bool right = word.size() == 3 && word[0] == 'v' && word[2] == 'r' && is_digit_between(word[1], '3', '6');
  return right ? std::string("V") + word[1] + "R" : "";
}

// "C1" without a word before it.
bool is_bare_iec_name(std::string_view name) {
  name = trimmed(name);
  return name.size() == 2 && (name[0] == 'C' || name[0] == 'c') && is_digit_between(name[1], '1', '6');
}

bool has_limb_lead(const Record& record) {
  return std::ranges::any_of(record.leads, [](const Lead& lead) {
    const std::string name = canonical_lead_name(lead.name);
    return name.starts_with("I") || name.starts_with("aV");
  });
}

std::optional<std::size_t> index_of_lead(const Record& record, const std::string& wanted) {
  const auto first_where = [&](auto&& condition) -> std::optional<std::size_t> {
    const auto found = std::ranges::find_if(record.leads, [&](const Lead& lead) { return condition(lead.name); });
    if (found == record.leads.end()) return std::nullopt;
    return static_cast<std::size_t>(found - record.leads.begin());
  };
  if (const auto exact = first_where([&](const std::string& name) { return equal_ignoring_case(name, wanted); }))
    return exact;
  if (const auto same = first_where([&](const std::string& name) { return is_same_lead(name, wanted); })) return same;
  const std::string canonical = canonical_lead_name(wanted);
  if (canonical.empty() || !has_limb_lead(record)) return std::nullopt;
  return first_where([&](const std::string& name) { return canonical_lead_name(name) == canonical; });
}

}  // namespace

std::string canonical_lead_name(std::string_view name) { return canonical_word(lead_word(name)); }

bool is_same_lead(std::string_view a, std::string_view b) {
  if (equal_ignoring_case(a, b)) return true;
  if (is_bare_iec_name(a) || is_bare_iec_name(b)) return false;
  const std::string canonical = canonical_lead_name(a);
  return !canonical.empty() && canonical == canonical_lead_name(b);
}

bool is_ecg_lead(std::string_view name) {
  if (!is_bare_iec_name(name) && !canonical_lead_name(name).empty()) return true;
  std::string text;
  for (const char c : lower_case(name)) {
    if (c != ' ' && c != '.' && c != '_' && c != '-') text += c;
  }
  if (text.starts_with("ecg") || text.starts_with("ekg")) return true;
  for (const std::string_view prefix : {"lead", "mod"}) {
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  }
  if (!canonical_word(text).empty() && text.front() != 'c') return true;  // "-aVR" too is one of an ECG
  if (text == "d4") return true;
  if (text.size() > 1 && text.ends_with('r')) text.pop_back();  // right-sided
  if (text.size() > 1 && std::isdigit(static_cast<unsigned char>(text.back())) != 0) text.pop_back();
  static const std::set<std::string, std::less<>> chest = {"v", "mv", "mcl", "cm", "cc", "cs"};
  return chest.contains(text);
}

bool is_ecg_lead(const Lead& lead) { return is_ecg_lead(lead.name) && (lead.units.empty() || is_voltage(lead.units)); }

std::size_t find_lead(const Record& record, std::span<const std::string> preferred) {
  for (const std::string& wanted : preferred) {
    if (const auto index = index_of_lead(record, wanted)) return *index;
  }
  const std::string wanted_names = joined(preferred);
  const std::string present = names_of(record.leads);
  const bool unnamed = std::ranges::none_of(record.leads, [](const Lead& lead) { return is_ecg_lead(lead.name); });
  throw Error(ErrorKind::unsupported, "record " + record.id,
              "has none of the leads " + wanted_names + "; it has " + (present.empty() ? "no leads" : present) +
                  (unnamed && !present.empty() ? "; what they are can be stated (--leads-are)" : ""));
}

std::optional<double> millivolts_in(std::string_view units) {
  for (const auto& [name, factor] : kVoltages) {
    if (equal_ignoring_case(units, name)) return factor;
  }
  return std::nullopt;
}

bool is_voltage(std::string_view units) { return millivolts_in(units).has_value(); }

std::vector<float> to_millivolts(const Lead& lead) {
  const double scale = millivolts_per(lead) / lead.gain;
  std::vector<float> out(lead.samples.size());
  std::ranges::transform(lead.samples, out.begin(), [&](std::int32_t sample) {
    return sample == kMissingSample ? std::nanf("")
                                    : static_cast<float>((static_cast<double>(sample) - lead.baseline) * scale);
  });
  return out;
}

}  // namespace beatbench
