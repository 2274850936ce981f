#include "recordings/edf/signals.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cmath>
#include <functional>
#include <map>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/record.h"
#include "beatbench/core/text.h"
#include "recordings/signal_kinds.h"

namespace beatbench::edf {
namespace {

bool has_samples(const EdfSignal& s) { return !s.holds_annotations && s.samples_per_record > 0; }

bool may_be_lead(const EdfSignal& s) { return has_samples(s) && !is_metric(s.label); }

// How well a signal fits, 0 the best: named an ECG and in volts; a lead's name alone and in volts; the same two without
// a unit, as uncalibrated signals are; a name that tells nothing, in volts and without a unit.
constexpr int kUnlabelled = 4, kNoLead = 6;
int lead_rank(const EdfSignal& s) {
  const bool is_voltage = edf_voltage(s.dimension).has_value();
  if (!may_be_lead(s) || (!is_voltage && !s.dimension.empty())) return kNoLead;
  const int without_unit = is_voltage ? 0 : 1;
  if (is_labelled_ecg(s.label)) return 2 * without_unit;
  if (is_ecg_lead(s.label)) return 2 * without_unit + 1;
  return is_other_kind(s.label) ? kNoLead : kUnlabelled + without_unit;
}

std::string unit_text(const EdfSignal& signal) { return signal.dimension.empty() ? "no unit" : signal.dimension; }

// Of several that have the name, those in volts; a metric only in volts, when its label may mislead.
std::vector<EdfSignal> signals_named(const EdfHeader& header, const std::string& name) {
  const std::string wanted = lower_case(name);
  std::vector<EdfSignal> found;
  std::ranges::copy_if(header.signals, std::back_inserter(found), [&](const EdfSignal& s) {
    return has_samples(s) && (lower_case(edf_lead_name(s.label)) == wanted || lower_case(s.label) == wanted);
  });
  if (found.empty()) {
    std::ranges::copy_if(header.signals, std::back_inserter(found),
                         [&](const EdfSignal& s) { return has_samples(s) && is_same_lead(s.label, name); });
  }
  const auto is_in_volts = [](const EdfSignal& s) { return edf_voltage(s.dimension).has_value(); };
  if (std::ranges::any_of(found, is_in_volts)) {
    std::erase_if(found, std::not_fn(is_in_volts));
  } else {
    std::erase_if(found, std::not_fn(may_be_lead));
  }
  return found;
}

std::vector<EdfSignal> signals_named(const EdfHeader& header, const std::vector<std::string>& names) {
  std::vector<EdfSignal> chosen;
  for (const std::string& name : names) {
    for (EdfSignal& signal : signals_named(header, name)) {
      const bool is_new = std::ranges::find(chosen, signal.number, &EdfSignal::number) == chosen.end();
      if (is_new) chosen.push_back(std::move(signal));
    }
  }
  return chosen;
}

std::vector<EdfSignal> signals_that_fit_best(const EdfHeader& header) {
  int best = kNoLead;
  for (const EdfSignal& signal : header.signals) best = std::min(best, lead_rank(signal));
  std::vector<EdfSignal> chosen;
  std::ranges::copy_if(header.signals, std::back_inserter(chosen),
                       [&](const EdfSignal& s) { return best < kNoLead && lead_rank(s) == best; });
  return chosen;
}

void note_used(const EdfSignal& s, std::size_t bytes_per_sample, EdfWarnings& warnings) {
  const auto note = [&](const char* field, const std::string& text, const std::string& allowed) {
    warnings.add(std::string("used ") + field, edf_field_text(field, s, text, allowed), s.name());
  };
  constexpr std::array<std::string_view, 5> units = {"uV", "mV", "V", "nV", "\u00B5V"};
  const std::optional<std::string> voltage = edf_voltage(s.dimension);
  if (std::ranges::find(units, s.dimension) == units.end() && (voltage || s.dimension.empty())) {
    note("physical dimension", s.dimension, "uV, mV, V or nV; taken as " + voltage.value_or("mV"));
  }
  const std::int64_t half = std::int64_t{1} << (8 * bytes_per_sample - 1);
  const std::string allowed = "up to " + std::to_string(half - 1);
  if (s.digital_min.whole() == half) note("digital minimum", s.digital_min.text, allowed);
  if (s.digital_max.whole() == half) note("digital maximum", s.digital_max.text, allowed);
}

void note_left_out(const EdfSignal& s, std::size_t bytes_per_sample, bool is_by_default, EdfWarnings& warnings) {
  if (const std::optional<std::string> fault = edf_scale_fault(s, bytes_per_sample)) {
    const char* effect = s.holds_annotations ? "" : "; it is left out";
    warnings.add(std::string("scale") + effect, *fault + effect, s.name());
  } else if (is_by_default && is_metric(s.label) && edf_voltage(s.dimension)) {
    warnings.add("figure", s.name() + " is left out: its label tells of a figure made from an ECG", s.name());
  } else if (is_by_default && is_labelled_ecg(s.label) && may_be_lead(s)) {
    warnings.add("no voltage",
                 edf_field_text("physical dimension", s, s.dimension, "uV, mV, V or nV") + "; it is left out",
                 s.name());
  }
}

void note_same_names(const std::vector<EdfSignal>& chosen, EdfWarnings& warnings) {
  std::map<std::string, std::string> first;
  for (const EdfSignal& s : chosen) {
    const auto [same, is_new] = first.emplace(edf_lead_name(s.label), s.name());
    if (is_new) continue;
    warnings.add("same name", edf_field_text("label", s, s.label, "another than that of " + same->second), s.name());
  }
}

}  // namespace

std::string edf_lead_name(std::string_view label) {
  if (!is_labelled_ecg(label)) return std::string(label);
  constexpr std::string_view separators = " _-:.";
  const auto after = [&](std::string_view text, std::size_t prefix) {
    const std::size_t start = text.find_first_not_of(separators, prefix);
    return start == std::string_view::npos || start == prefix ? std::string_view() : text.substr(start);
  };
  std::string_view lead = after(label, 3);
  if (lower_case(lead.substr(0, 4)) == "lead" && !after(lead, 4).empty()) lead = after(lead, 4);
  return std::string(lead.empty() ? label : lead);
}

std::optional<std::string> edf_voltage(std::string_view dimension) {
  std::string text = lower_case(dimension);
  for (const char* mu : {"\u00B5", "\u03BC"}) {
    if (text.starts_with(mu)) text.replace(0, 2, "u");
  }
  const std::size_t v = text.rfind('v');  // "microvolts" in eight characters is "microvol"
  if (v == std::string::npos || !std::string_view("volts").starts_with(std::string_view(text).substr(v))) {
    return std::nullopt;
  }
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> prefixes = {{{"", "V"},
                                                                                      {"m", "mV"},
                                                                                      {"milli", "mV"},
                                                                                      {"u", "uV"},
                                                                                      {"micro", "uV"},
                                                                                      {"mc", "uV"},
                                                                                      {"n", "nV"},
                                                                                      {"nano", "nV"}}};
  for (const auto& [prefix, unit] : prefixes) {
    if (std::string_view(text).substr(0, v) == prefix) return std::string(unit);
  }
  return std::nullopt;
}

std::optional<std::string> edf_scale_fault(const EdfSignal& s, std::size_t bytes_per_sample) {
  const auto fault = [&](const char* field, const EdfNumber& number, const std::string& allowed) {
    return edf_field_text(field, s, number.text, allowed);
  };
  if (!s.physical_min.value) return fault("physical minimum", s.physical_min, "a number");
  if (!s.physical_max.value) return fault("physical maximum", s.physical_max, "a number");
  const std::int64_t half = std::int64_t{1} << (8 * bytes_per_sample - 1);
  const std::string allowed = "a whole number from " + std::to_string(-half) + " to " + std::to_string(half - 1);
  const auto low = s.digital_min.whole(), high = s.digital_max.whole();
  if (!low || *low < -half || *low > half) return fault("digital minimum", s.digital_min, allowed);
  if (!high || *high < -half || *high > half) return fault("digital maximum", s.digital_max, allowed);
  if (*high <= *low) return fault("digital maximum", s.digital_max, "above the digital minimum, " + s.digital_min.text);
  const double gain = static_cast<double>(*high - *low) / (*s.physical_max.value - *s.physical_min.value);
  const double baseline = static_cast<double>(*high) - *s.physical_max.value * gain;
  if (!std::isfinite(gain) || gain == 0 || !(std::abs(baseline) < 2e9)) {
    return fault("physical maximum", s.physical_max,
                 "another than the physical minimum, " + s.physical_min.text + ", so that samples have a scale");
  }
  return std::nullopt;
}

std::string edf_signal_list(const EdfHeader& header) {
  constexpr std::size_t most = 40;
  std::string text;
  for (const EdfSignal& signal : header.signals) {
    if (signal.number > most) return text + " and " + std::to_string(header.signals.size() - most) + " more";
    add_word(text, escaped(signal.label) + " (" + (signal.holds_annotations ? "annotations" : unit_text(signal)));
    const double rate_hz = static_cast<double>(signal.samples_per_record) / header.record_duration_s.value.value_or(0);
    if (!signal.holds_annotations && std::isfinite(rate_hz)) text += ", " + number_text(rate_hz) + " Hz";
    text += ")";
  }
  return text;
}

std::vector<EdfSignal> choose_edf_signals(const EdfHeader& header, const std::vector<std::string>& leads,
                                          const std::string& where, EdfWarnings& warnings) {
  const bool is_by_default = leads.empty();
  std::vector<EdfSignal> chosen = is_by_default ? signals_that_fit_best(header) : signals_named(header, leads);
  if (chosen.empty()) {
    throw Error(ErrorKind::unsupported, where,
                (is_by_default ? "has no signal that may be an ECG by label and unit; it has: "
                               : "has none of the leads asked for; it has: ") +
                    edf_signal_list(header));
  }
  const auto has_fault = [&](const EdfSignal& s) { return edf_scale_fault(s, header.bytes_per_sample).has_value(); };
  const auto faulty = std::ranges::find_if(chosen, has_fault);
  if (faulty != chosen.end() && (!is_by_default || std::ranges::all_of(chosen, has_fault))) {
    throw Error(ErrorKind::data, where, *edf_scale_fault(*faulty, header.bytes_per_sample));
  }
  std::erase_if(chosen, has_fault);
  for (const EdfSignal& s : chosen) {
    if (!is_by_default || lead_rank(s) < kUnlabelled) continue;
    warnings.add("unlabelled", "no label names an ECG; taken for one: " + s.name(), s.name());
  }
  for (const EdfSignal& signal : header.signals) {
    const bool is_used = std::ranges::find(chosen, signal.number, &EdfSignal::number) != chosen.end();
    if (is_used) {
      note_used(signal, header.bytes_per_sample, warnings);
    } else {
      note_left_out(signal, header.bytes_per_sample, is_by_default, warnings);
    }
  }
  note_same_names(chosen, warnings);
  return chosen;
}

}  // namespace beatbench::edf
