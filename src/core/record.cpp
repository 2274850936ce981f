#include "beatbench/core/record.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <functional>
#include <optional>
#include <set>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"

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

std::optional<double> millivolts_in(std::string_view units) {
  for (const auto& [name, factor] : kVoltages) {
    if (equal_ignoring_case(units, name)) return factor;
  }
  return std::nullopt;
}

double millivolts_per(const Lead& lead) {
  if (lead.units.empty()) return 1.0;
  if (const auto factor = millivolts_in(lead.units)) return *factor;
  throw Error(ErrorKind::unsupported, "lead " + lead.name,
              "its unit is '" + lead.units + "'; a voltage is needed (mV, uV, V or nV)");
}

}  // namespace

bool is_ecg_lead(std::string_view name) {
  std::string text;
  for (const char c : lower_case(name)) {
    if (c != ' ' && c != '.' && c != '_' && c != '-') text += c;
  }
  if (text.starts_with("ecg") || text.starts_with("ekg")) return true;
  for (const std::string_view prefix : {"lead", "mod"}) {
    if (text.starts_with(prefix)) text.erase(0, prefix.size());
  }
  static const std::set<std::string, std::less<>> limb = {"i",   "ii",  "iii", "mli", "mlii", "mliii", "ml1", "ml2",
                                                          "ml3", "avr", "avl", "avf", "d1",   "d2",    "d3",  "d4"};
  if (limb.contains(text)) return true;
  if (text.size() > 1 && text.ends_with('r')) text.pop_back();  // right-sided
  if (text.size() > 1 && std::isdigit(static_cast<unsigned char>(text.back())) != 0) text.pop_back();
  static const std::set<std::string, std::less<>> chest = {"v", "mv", "mcl", "cm", "cc", "cs"};
  return chest.contains(text);
}

std::size_t find_lead(const Record& record, std::span<const std::string> preferred) {
  for (const std::string& wanted : preferred) {
    for (std::size_t i = 0; i < record.leads.size(); ++i) {
      if (equal_ignoring_case(record.leads[i].name, wanted)) return i;
    }
  }
  std::string wanted_names;
  for (const std::string& name : preferred) wanted_names += (wanted_names.empty() ? "" : ", ") + name;
  std::string present;
  for (const Lead& lead : record.leads) present += (present.empty() ? "" : ", ") + lead.name;
  throw Error(ErrorKind::unsupported, "record " + record.id,
              "has none of the leads " + wanted_names + "; it has " + (present.empty() ? "no leads" : present));
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
