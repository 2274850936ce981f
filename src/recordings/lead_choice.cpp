#include "recordings/lead_choice.h"

#include <algorithm>
#include <array>

#include "beatbench/core/error.h"
#include "beatbench/core/record.h"
#include "beatbench/core/text.h"
#include "recordings/signal_kinds.h"
#include "recordings/text_fields.h"
#include "recordings/wfdb/signal_file.h"

namespace beatbench {
namespace {

using Indices = std::vector<std::size_t>;

const std::optional<FieldFault>& fault_in(const SignalList& list, std::size_t index) {
  const SignalSpec& signal = list.signals[index];
  return has_samples(list, index) && signal.layout_fault ? signal.layout_fault : signal.scale_fault;
}

[[noreturn]] void refuse(const SignalList& list, std::size_t index) {
  const Error error = wfdb::fault_of(*fault_in(list, index), list.where);
  throw Error(error.kind(), error.where(),
              message_of(error) + " (of signal " + quote(list.signals[index].description) + ")");
}

std::size_t samples_per_frame(const SignalList& list, std::size_t index) {
  return static_cast<std::size_t>(list.signals[index].samples_per_frame);
}

std::string rate_text(const SignalList& list, std::size_t samples) {
  return number_text(list.frame_rate_hz * static_cast<double>(samples)) + " Hz";
}

std::string text_of(const SignalList& list, std::size_t index) {
  return quote(list.signals[index].description) + " (" + rate_text(list, samples_per_frame(list, index)) + ")";
}

// Those with the names of an ECG and in volts; or with its names; or in volts and not known to be something else; or in
// volts; or all.
Indices leading_signals(const SignalList& list) {
  std::array<Indices, 5> tiers;
  for (std::size_t i = 0; i < list.signals.size(); ++i) {
    if (!has_samples(list, i)) continue;
    const SignalSpec& signal = list.signals[i];
    const bool is_ecg = is_ecg_lead(signal.description) && !is_metric(signal.description);
    const bool is_volts = is_voltage(signal.units);
    if (is_ecg && is_volts) tiers[0].push_back(i);
    if (is_ecg) tiers[1].push_back(i);
    if (is_volts && !is_other_kind(signal.description)) tiers[2].push_back(i);
    if (is_volts) tiers[3].push_back(i);
    tiers[4].push_back(i);
  }
  const auto first = std::ranges::find_if(tiers, [](const Indices& tier) { return !tier.empty(); });
  return first == tiers.end() ? Indices() : *first;
}

std::size_t index_of(const SignalList& list, const std::string& name) {
  std::string names;
  for (std::size_t i = 0; i < list.signals.size(); ++i) {
    const std::string& found = list.signals[i].description;
    if (lower_case(found) == lower_case(name)) return i;
    add_word(names, found);
  }
  for (std::size_t i = 0; i < list.signals.size(); ++i) {
    if (is_same_lead(list.signals[i].description, name)) return i;
  }
  throw Error(ErrorKind::unsupported, list.where, "has no lead " + quote(name) + "; it has: " + names);
}

}  // namespace

bool has_samples(const SignalList& list, std::size_t index) {
  return list.of_segments || !wfdb::is_null_signal(list.signals[index]);
}

LeadChoice choose_leads(const SignalList& list, const std::function<void(const std::string&)>& on_warning,
                        const OnOddity& on_oddity) {
  LeadChoice choice;
  const auto has_fault = [&](std::size_t index) { return fault_in(list, index).has_value(); };
  choice.leading = leading_signals(list);
  if (!choice.leading.empty() && std::ranges::all_of(choice.leading, has_fault)) refuse(list, choice.leading.front());
  std::erase_if(choice.leading, has_fault);
  for (const std::size_t i : choice.leading) {
    choice.samples_per_frame = std::max(choice.samples_per_frame, samples_per_frame(list, i));
  }
  std::string others;
  for (std::size_t i = 0; i < list.signals.size(); ++i) {
    if (has_fault(i)) {
      tell_left_out(list, {i}, wfdb::fault_of(*fault_in(list, i), list.where), on_oddity);
    } else if (has_samples(list, i) && samples_per_frame(list, i) != choice.samples_per_frame) {
      add_word(others, text_of(list, i));
    } else {
      choice.signals.push_back(i);
    }
  }
  if (!others.empty()) {
    on_warning(list.where + ": the record is read at " + rate_text(list, choice.samples_per_frame) +
               "; signals of other rates are left out: " + others);
  }
  return choice;
}

LeadChoice choose_leads_by_name(const SignalList& list, const std::vector<std::string>& names) {
  LeadChoice choice;
  for (const std::string& name : names) {
    const std::size_t index = index_of(list, name);
    if (std::ranges::find(choice.signals, index) != choice.signals.end()) {
      throw Error(ErrorKind::usage, list.where, "the lead " + quote(name) + " is asked for twice");
    }
    if (fault_in(list, index)) refuse(list, index);
    choice.signals.push_back(index);
    if (has_samples(list, index)) choice.leading.push_back(index);
  }
  if (choice.leading.empty()) return choice;
  const std::size_t first = choice.leading.front();
  choice.samples_per_frame = samples_per_frame(list, first);
  for (const std::size_t index : choice.leading) {
    if (samples_per_frame(list, index) == choice.samples_per_frame) continue;
    throw Error(ErrorKind::unsupported, list.where,
                "leads of several rates are asked for, " + text_of(list, first) + " and " + text_of(list, index) +
                    "; allowed: leads of one rate");
  }
  return choice;
}

void tell_left_out(const SignalList& list, const std::vector<std::size_t>& signals, const Error& reason,
                   const OnOddity& on_oddity) {
  const std::string names = joined(signals, ", ", [&](std::size_t i) { return quote(list.signals[i].description); });
  tell(on_oddity, {ErrorKind::data, reason.where(), message_of(reason) + "; left out: " + names});
}

}  // namespace beatbench
