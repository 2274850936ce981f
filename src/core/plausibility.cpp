#include "beatbench/core/plausibility.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <utility>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

constexpr double kHeightStretch_s = 2.0, kRelationStretch_s = 1.0;
constexpr std::size_t kMostStretches = 200;
constexpr double kFulfilled = 0.1, kContradicted = 0.25;  // of the mean SD of the limb leads

std::string three_digits(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.3g", value);
  return text;
}

double median(std::vector<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::ranges::nth_element(values, middle);
  return *middle;
}

// The first samples of stretches of `size`, spread over `length`.
std::vector<std::size_t> stretches(std::size_t length, std::size_t size) {
  const std::size_t whole = std::max<std::size_t>(length / size, 1);
  const std::size_t count = std::min(whole, kMostStretches);
  std::vector<std::size_t> firsts;
  for (std::size_t i = 0; i < count; ++i) firsts.push_back(i * whole / count * size);
  return firsts;
}

std::size_t stretch_size(double seconds, double sampling_rate_hz) {
  return static_cast<std::size_t>(std::max(std::lround(seconds * sampling_rate_hz), 2L));
}

// Largest less smallest; 0 where nothing changes or most is missing.
double height(std::span<const std::int32_t> samples) {
  std::size_t present = 0;
  double low = 0, high = 0;
  for (const std::int32_t sample : samples) {
    if (sample == kMissingSample) continue;
    const double value = sample;
    low = present == 0 ? value : std::min(low, value);
    high = present == 0 ? value : std::max(high, value);
    ++present;
  }
  return present * 2 < samples.size() ? 0 : high - low;
}

// "lead II", "leads I, II, III and 9 more".
std::string names_of(const Record& record, std::span<const std::size_t> leads) {
  constexpr std::size_t most = 3;
  std::string text = leads.size() == 1 ? "lead " : "leads ";
  for (std::size_t i = 0; i < std::min(leads.size(), most); ++i)
    text += (i == 0 ? "" : ", ") + record.leads[leads[i]].name;
  return leads.size() > most ? text + " and " + std::to_string(leads.size() - most) + " more" : text;
}

bool states_a_unit(const Lead& lead) { return !lead.units.empty() && !lead.unit_is_assumed; }

bool is_impossible(double amplitude_mv) { return amplitude_mv < kPossible_mv[0] || amplitude_mv > kPossible_mv[1]; }

// What the samples may be instead.
std::string likely_unit(double amplitude_mv, const std::string& units) {
  const double height_in_unit = amplitude_mv / millivolts_in(units).value_or(1.0);
  for (const char* other : {"mV", "uV", "nV", "V"}) {
    const double in_other = height_in_unit * *millivolts_in(other);
    if (in_other >= kUsual_mv[0] && in_other <= kUsual_mv[1])
      return "; in " + std::string(other) + " it would be " + three_digits(in_other) + " mV";
  }
  return "";
}

std::string height_text(const std::string& which, double amplitude_mv, const Lead& one) {
  const std::string stated = states_a_unit(one) ? "in " + one.units + " as stated" : "in mV, for no unit is stated";
  return "the waves of " + which + ", " + stated + ", are " + three_digits(amplitude_mv) + " mV high; an ECG's are " +
         number_text(kUsual_mv[0]) + " to " + number_text(kUsual_mv[1]) + " mV";
}

struct MeasuredLead {
  std::size_t lead;
  double amplitude_mv;
};

// Of leads of one unit.
void judge_unit(const Record& record, const std::vector<MeasuredLead>& measured, bool unit_counts,
                std::vector<Doubt>& doubts) {
  std::vector<double> heights;
  std::vector<std::size_t> leads;
  for (const MeasuredLead& one : measured) {
    heights.push_back(one.amplitude_mv);
    leads.push_back(one.lead);
  }
  const Lead& first = record.leads[leads.front()];
  const bool stated = states_a_unit(first);
  if (!stated && !unit_counts) return;
  const double highest = std::ranges::max(heights), middle = median(heights);
  const double judged = highest < kUsual_mv[0] ? highest : middle;
  const std::string text = height_text(names_of(record, leads), judged, first);
  if (is_impossible(judged)) {
    doubts.push_back({DoubtKind::unit, text + likely_unit(judged, first.units), !stated});
  } else if (judged > kUsual_mv[1]) {
    doubts.push_back({DoubtKind::unit, text + "; tenths of " + (stated ? first.units : "mV") + " would be usual"});
  } else if (judged < kUsual_mv[0]) {
    doubts.push_back({DoubtKind::unit, text});
  } else {
    for (const MeasuredLead& one : measured) {
      if (one.amplitude_mv <= kPossible_mv[1]) continue;
      doubts.push_back({DoubtKind::unit, height_text(names_of(record, {&one.lead, 1}), one.amplitude_mv, first)});
    }
  }
}

// The six limb leads in this order, and what is 0 of them.
constexpr std::size_t kLimbLeads = 6, kI = 0, kII = 1, kAvr = 3;
constexpr std::array<const char*, kLimbLeads> kLimbNames = {"I", "II", "III", "aVR", "aVL", "aVF"};
constexpr std::array<std::array<double, kLimbLeads>, 4> kRelations = {
    {{1, -1, 1, 0, 0, 0}, {0.5, 0.5, 0, 1, 0, 0}, {-1, 0.5, 0, 0, 1, 0}, {0.5, -1, 0, 0, 0, 1}}};

using Gram = std::array<std::array<double, kLimbLeads>, kLimbLeads>;

// Where the samples of each limb lead are taken from, and their sign.
struct Assignment {
  std::array<std::size_t, kLimbLeads> from = {0, 1, 2, 3, 4, 5};
  std::array<double, kLimbLeads> sign = {1, 1, 1, 1, 1, 1};
};

class LimbLeads {
 public:
  explicit LimbLeads(const Record& record) {
    for (std::size_t i = 0; i < record.leads.size(); ++i) {
      const Lead& lead = record.leads[i];
      const std::string name = canonical_lead_name(lead.name);
      const auto limb = std::ranges::find(kLimbNames, name) - kLimbNames.begin();
      if (limb == kLimbLeads || lead_[static_cast<std::size_t>(limb)]) continue;
      if (amplitude_mv(lead, record.sampling_rate_hz)) lead_[static_cast<std::size_t>(limb)] = i;
    }
    if (!lead_[kI] || !lead_[kII]) return;
    const std::size_t size = stretch_size(kRelationStretch_s, record.sampling_rate_hz);
    if (record.length_samples() < size) return;
    for (const std::size_t first : stretches(record.length_samples(), size)) add_stretch(record, first, size);
  }

  bool has(std::size_t limb) const { return lead_[limb].has_value(); }
  std::size_t index(std::size_t limb) const { return lead_[limb].value(); }

  // The largest residual of the relations, over the mean SD; 0 where none can be looked at.
  double residual(const Assignment& assignment) const {
    double worst = 0;
    for (std::size_t r = 0; r < kRelations.size(); ++r) {
      if (!has(r + 2) || stretches_.empty()) continue;  // each relation is that of one lead from III on
      std::vector<double> shares;
      for (const Gram& gram : stretches_) shares.push_back(share(gram, kRelations[r], assignment));
      worst = std::max(worst, median(std::move(shares)));
    }
    return worst;
  }

 private:
  void add_stretch(const Record& record, std::size_t first, std::size_t size) {
    std::array<std::vector<double>, kLimbLeads> values;
    for (std::size_t l = 0; l < kLimbLeads; ++l) {
      if (!has(l)) continue;
      const Lead& lead = record.leads[index(l)];
      const double scale = millivolts_in(lead.units).value_or(1.0) / lead.gain;
      double sum = 0;
      for (const std::int32_t sample : std::span(lead.samples).subspan(first, size)) {
        if (sample == kMissingSample) return;
        values[l].push_back(scale * sample);
        sum += scale * sample;
      }
      for (double& value : values[l]) value -= sum / static_cast<double>(size);
    }
    Gram gram = {};
    double deviations = 0;
    for (std::size_t a = 0; a < kLimbLeads; ++a) {
      for (std::size_t b = 0; b < kLimbLeads; ++b) {
        if (!has(a) || !has(b)) continue;
        for (std::size_t i = 0; i < size; ++i) gram[a][b] += values[a][i] * values[b][i];
      }
      deviations += std::sqrt(gram[a][a]);
    }
    if (deviations > 0) stretches_.push_back(gram);
  }

  double share(const Gram& gram, const std::array<double, kLimbLeads>& relation, const Assignment& assignment) const {
    double squares = 0, deviations = 0;
    int leads = 0;
    for (std::size_t a = 0; a < kLimbLeads; ++a) {
      if (!has(a)) continue;
      ++leads;
      deviations += std::sqrt(gram[a][a]);
      for (std::size_t b = 0; b < kLimbLeads; ++b) {
        if (!has(b)) continue;
        squares += relation[a] * relation[b] * assignment.sign[a] * assignment.sign[b] *
                   gram[assignment.from[a]][assignment.from[b]];
      }
    }
    return std::sqrt(std::max(squares, 0.0)) / (deviations / leads);
  }

  std::array<std::optional<std::size_t>, kLimbLeads> lead_;
  std::vector<Gram> stretches_;
};

// What one exchange or inversion makes right: "I and II exchanged".
std::vector<std::string> explanations(const LimbLeads& limb) {
  std::vector<std::string> found;
  const auto try_one = [&](const Assignment& assignment, const std::string& text) {
    if (limb.residual(assignment) <= kFulfilled) found.push_back(text);
  };
  for (std::size_t a = 0; a < kLimbLeads; ++a) {
    if (!limb.has(a)) continue;
    Assignment inverted;
    inverted.sign[a] = -1;
    try_one(inverted, std::string(kLimbNames[a]) + " inverted");
    for (std::size_t b = a + 1; b < kLimbLeads; ++b) {
      if (!limb.has(b)) continue;
      Assignment exchanged;
      std::swap(exchanged.from[a], exchanged.from[b]);
      try_one(exchanged, std::string(kLimbNames[a]) + " and " + kLimbNames[b] + " exchanged");
    }
  }
  for (const std::size_t step : {1U, 2U}) {
    Assignment turned;
    for (std::size_t i = 0; i < 3; ++i) turned.from[kAvr + i] = kAvr + (i + step) % 3;
    if (!limb.has(kAvr) || !limb.has(kAvr + 1) || !limb.has(kAvr + 2)) continue;
    std::string order;
    for (std::size_t i = 0; i < 3; ++i)
      order += std::string(i == 0 ? "" : ", ") + kLimbNames[kAvr + (i + 3 - step) % 3];
    try_one(turned, order + " standing as aVR, aVL, aVF");
  }
  return found;
}

}  // namespace

std::optional<double> amplitude_mv(const Lead& lead, double sampling_rate_hz) {
  if (lead.samples.empty() || (!lead.units.empty() && !is_voltage(lead.units))) return std::nullopt;
  const std::size_t size = std::min(stretch_size(kHeightStretch_s, sampling_rate_hz), lead.samples.size());
  std::vector<double> heights;
  for (const std::size_t first : stretches(lead.samples.size(), size)) {
    if (const double found = height(std::span(lead.samples).subspan(first, size)); found > 0) heights.push_back(found);
  }
  if (heights.empty()) return std::nullopt;
  return median(std::move(heights)) * millivolts_in(lead.units).value_or(1.0) / lead.gain;
}

bool is_of_unknown_unit(const Lead& lead, double sampling_rate_hz) {
  if (states_a_unit(lead)) return false;
  const auto amplitude = amplitude_mv(lead, sampling_rate_hz);
  return lead.units.empty() || (amplitude && is_impossible(*amplitude));
}

std::vector<Doubt> doubt_units(const Record& record, std::span<const std::size_t> leads, bool unit_counts) {
  std::vector<std::vector<MeasuredLead>> by_unit;
  for (const std::size_t i : leads) {
    const Lead& lead = record.leads.at(i);
    const auto amplitude = amplitude_mv(lead, record.sampling_rate_hz);
    if (!amplitude) continue;
    const auto group = std::ranges::find_if(by_unit, [&](const std::vector<MeasuredLead>& measured) {
      const Lead& other = record.leads[measured.front().lead];
      return other.units == lead.units && other.unit_is_assumed == lead.unit_is_assumed;
    });
    if (group == by_unit.end())
      by_unit.push_back({{i, *amplitude}});
    else
      group->push_back({i, *amplitude});
  }
  std::vector<Doubt> doubts;
  for (const auto& measured : by_unit) judge_unit(record, measured, unit_counts, doubts);
  return doubts;
}

std::vector<Doubt> doubt_signal(const Record& record, std::span<const std::size_t> leads) {
  const bool any = std::ranges::any_of(leads, [&](std::size_t i) {
    const std::vector<std::int32_t>& samples = record.leads.at(i).samples;
    const auto present = std::ranges::find_if(samples, [](std::int32_t s) { return s != kMissingSample; });
    return std::any_of(present, samples.end(), [&](std::int32_t s) { return s != kMissingSample && s != *present; });
  });
  if (any || leads.empty()) return {};
  return {{DoubtKind::no_signal,
           names_of(record, leads) + (leads.size() == 1 ? " is" : " are") +
               " constant or missing throughout: there is no ECG",
           true}};
}

std::vector<Doubt> doubt_limb_leads(const Record& record) {
  const LimbLeads limb(record);
  const double residual = limb.residual({});
  if (residual <= kContradicted) return {};
  std::string text =
      "the limb leads contradict the relations of Einthoven and Goldberger (aVR = -(I + II)/2, "
      "aVL = I - II/2, aVF = II - I/2) by " +
      three_digits(100 * residual) + " % of their SD";
  const std::vector<std::string> found = explanations(limb);
  for (std::size_t i = 0; i < found.size(); ++i) text += (i == 0 ? "; they fulfil them with " : ", or ") + found[i];
  return {{DoubtKind::lead_names, text}};
}

std::string correct_assumed_order(Record& record) {
  const LimbLeads limb(record);
  if (!limb.has(kAvr) || !limb.has(kAvr + 1) || !limb.has(kAvr + 2)) return "";
  if (limb.residual({}) <= kContradicted) return "";
  std::array<std::size_t, 3> order = {0, 1, 2};
  std::vector<std::array<std::size_t, 3>> fitting;
  while (std::ranges::next_permutation(order).found) {
    Assignment assignment;
    for (std::size_t i = 0; i < 3; ++i) assignment.from[kAvr + i] = kAvr + order[i];
    if (limb.residual(assignment) <= kFulfilled) fitting.push_back(order);
  }
  if (fitting.size() != 1) return "";
  std::array<std::string, 3> stand;
  std::array<Lead, 3> leads;
  for (std::size_t i = 0; i < 3; ++i) {
    const std::size_t from = fitting.front()[i];
    leads[i] = record.leads[limb.index(kAvr + from)];
    leads[i].name = record.leads[limb.index(kAvr + i)].name;
    stand[from] = kLimbNames[kAvr + i];
  }
  for (std::size_t i = 0; i < 3; ++i) record.leads[limb.index(kAvr + i)] = std::move(leads[i]);
  return "its augmented leads stand as " + stand[0] + ", " + stand[1] + ", " + stand[2] +
         ", by Goldberger's relations, not as aVR, aVL, aVF; they are taken by what they are";
}

void refuse(const Record& record, std::span<const Doubt> doubts, std::string_view remedy) {
  for (const Doubt& doubt : doubts) {
    if (!doubt.is_refusal) continue;
    const bool can_be_stated = doubt.kind == DoubtKind::unit && !remedy.empty();
    throw Error(ErrorKind::data, "record " + record.id,
                doubt.text + (can_be_stated ? "; " + std::string(remedy) : std::string()));
  }
}

void state_units(Record& record, std::string_view units) {
  const auto factor = millivolts_in(units);
  const std::string quoted = "'" + std::string(units) + "'";
  if (!factor) throw Error(ErrorKind::usage, "units", quoted + " is not valid; allowed: mV, uV, V, nV");
  bool any = false;
  for (Lead& lead : record.leads) {
    if (!states_a_unit(lead)) {
      lead.units = units;
      lead.unit_is_assumed = false;
    } else if (const auto own = millivolts_in(lead.units); own && *own != *factor) {
      throw Error(ErrorKind::usage, "record " + record.id,
                  "its lead " + lead.name + " is stated to be in " + lead.units + ", which " + quoted +
                      " cannot change; allowed: a unit for leads without one");
    } else if (!own) {
      continue;
    }
    any = true;
  }
  if (!any) throw Error(ErrorKind::usage, "record " + record.id, "has no lead that could be in " + quoted);
}

void state_leads(Record& record, std::span<const std::string> names) {
  if (names.size() != record.leads.size()) {
    throw Error(ErrorKind::usage, "record " + record.id,
                "has " + std::to_string(record.leads.size()) + " leads; " + std::to_string(names.size()) +
                    " names are given for them");
  }
  for (std::size_t i = 0; i < names.size(); ++i) {
    const std::string& own = record.leads[i].name;
    const bool twice =
        std::ranges::any_of(names.first(i), [&](const auto& other) { return is_same_lead(other, names[i]); });
    if (twice) throw Error(ErrorKind::usage, "leads", "'" + names[i] + "' is given twice");
    const std::string canonical = canonical_lead_name(own);
    if (canonical.empty() || canonical == canonical_lead_name(names[i])) continue;
    throw Error(ErrorKind::usage, "record " + record.id,
                "its lead " + std::to_string(i + 1) + " is stated to be " + own + ", which '" + names[i] +
                    "' cannot change; allowed: names for leads without one");
  }
  for (std::size_t i = 0; i < names.size(); ++i) record.leads[i].name = names[i];
}

}  // namespace beatbench
