#include "beatbench/simulation/simdb12.h"

#include <algorithm>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "simulation/patient_model.h"

namespace beatbench {
namespace simdb {
namespace {

// Dower's coefficients for Frank's axes (Dower, Machado, Osborne 1980, Clin Cardiol 3:87); the other four leads follow.
constexpr std::array<LeadVector, 8> kMeasuredLeads = {{{"I", {0.632, -0.235, 0.059}},
                                                       {"II", {0.235, 1.066, -0.132}},
                                                       {"V1", {-0.515, 0.157, -0.917}},
                                                       {"V2", {0.044, 0.164, -1.387}},
                                                       {"V3", {0.882, 0.098, -1.277}},
                                                       {"V4", {1.213, 0.127, -0.601}},
                                                       {"V5", {1.125, 0.127, -0.086}},
                                                       {"V6", {0.831, 0.076, 0.230}}}};
constexpr std::size_t kI = 0, kII = 1, kFirstChest = 2;

constexpr double kGain = 1000.0;  // a step is 1 uV
constexpr int kBits = 16;

constexpr double kSlow_s = 1.0, kFast_s = 0.6;  // RR interval of 60 and of 100 beats a minute

void check(const Simulation12Options& options, int index) {
  const auto require = [](bool holds, const char* option, const std::string& found, const char* range) {
    if (!holds) throw Error(ErrorKind::usage, "simdb12", std::string(option) + " is " + found + "; allowed: " + range);
  };
  require(options.records >= 1 && options.records <= 9999, "records", std::to_string(options.records), "1 to 9999");
  require(options.duration_s >= 10 && options.duration_s <= 3600, "duration", number_text(options.duration_s) + " s",
          "10 to 3600 s");
  require(options.sampling_rate_hz >= 100 && options.sampling_rate_hz <= 2000, "sampling rate",
          number_text(options.sampling_rate_hz) + " Hz", "100 to 2000 Hz");
  require(index >= 0 && index < options.records, "record index", std::to_string(index), "0 to records - 1");
}

Diagnosis draw_diagnosis(Random& random) {
  Diagnosis d;
  const double conduction = random.uniform(0, 1);
  if (conduction < 0.13)
    d.conduction = Conduction::right_block;
  else if (conduction < 0.26)
    d.conduction = Conduction::left_block;
  if (random.chance(0.13)) d.rhythm = Rhythm::fibrillation;
  d.long_pr = d.rhythm == Rhythm::sinus && random.chance(0.15);
  if (random.chance(0.15)) d.pvc = random.uniform(0.03, 0.15);
  if (random.chance(0.12)) d.apc = random.uniform(0.03, 0.15);
  return d;
}

// Slow, fast and usual rates, which meet at 60 and 100 beats a minute.
double draw_sinus_interval(Random& random) {
  const double kind = random.uniform(0, 1);
  if (kind < 0.15) return random.uniform(1.0, 1.45);
  if (kind < 0.30) return random.uniform(0.42, 0.6);
  return random.uniform(0.6, 1.0);
}

// Median RR interval between conducted beats that follow each other, of an even number the longer one in the middle;
// nullopt where there are none such.
std::optional<double> median_interval(const RhythmPlan& plan) {
  std::vector<double> intervals;
  const auto conducted = [](const PlannedBeat& beat) {
    return std::string_view("NLR").find(beat.symbol) != std::string_view::npos;
  };
  for (std::size_t i = 1; i < plan.beats.size(); ++i) {
    if (conducted(plan.beats[i]) && conducted(plan.beats[i - 1]))
      intervals.push_back(plan.beats[i].onset_s - plan.beats[i - 1].onset_s);
  }
  if (intervals.empty()) return std::nullopt;
  const auto middle = intervals.begin() + static_cast<std::ptrdiff_t>(intervals.size() / 2);
  std::ranges::nth_element(intervals, middle);
  return *middle;
}

std::string statements_of(const Patient& patient, const RhythmPlan& plan, double duration_s) {
  std::vector<std::string> codes;
  const Diagnosis& d = *patient.diagnosis;
  if (d.long_pr) codes.emplace_back("270492004");
  if (d.conduction == Conduction::right_block) codes.emplace_back("713427006");
  if (d.conduction == Conduction::left_block) codes.emplace_back("733534002");
  const double interval_s = median_interval(plan).value_or(0.5 * (kSlow_s + kFast_s));
  codes.emplace_back(d.rhythm == Rhythm::fibrillation ? "164889003"
                     : interval_s > kSlow_s           ? "426177001"
                     : interval_s < kFast_s           ? "427084000"
                                                      : "426783006");
  const auto has = [&](char symbol) {
    return std::ranges::any_of(plan.beats, [&](const PlannedBeat& beat) {
      return beat.symbol == symbol && beat.onset_s > 0 && beat.onset_s < duration_s;
    });
  };
  if (has('V')) codes.emplace_back("427172004");
  if (has('A')) codes.emplace_back("284470004");
  return joined(codes, ",");
}

Lead digitised(std::string_view name, const std::vector<float>& millivolts) {
  constexpr float highest = 32767.0F;
  Lead lead;
  lead.name = name;
  lead.gain = kGain;
  lead.adc_resolution_bits = kBits;
  lead.samples.resize(millivolts.size());
  std::ranges::transform(millivolts, lead.samples.begin(), [&](float mv) {
    return static_cast<std::int32_t>(std::lround(std::clamp(mv * static_cast<float>(kGain), -highest, highest)));
  });
  return lead;
}

// a * I + b * II, sample by sample.
std::vector<float> combined(const Leads& leads, float a, float b) {
  std::vector<float> out(leads.length());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = a * leads[kI][i] + b * leads[kII][i];
  return out;
}

}  // namespace
}  // namespace simdb

std::string simdb12_record_id(int index) { return simdb::record_id('t', 4, index); }

std::optional<int> simdb12_record_index(std::string_view id) { return simdb::record_index('t', 4, id); }

Record simulate_recording12(const Simulation12Options& options, int index) {
  using namespace simdb;
  check(options, index);
  const auto position = static_cast<std::uint64_t>(index);
  constexpr std::uint64_t twelve = 0x7477656c7665;
  const auto seed_of = [&](std::uint64_t part) {
    return derive_seed(derive_seed(options.seed, twelve), position, part);
  };
  Random random(seed_of(1));
  const Diagnosis diagnosis = draw_diagnosis(random);
  Patient patient = make_patient(diagnosis, seed_of(2));
  if (diagnosis.rhythm == Rhythm::sinus) patient.rate.mean_rr_s = draw_sinus_interval(random);
  const RhythmPlan plan = plan_rhythm(patient, options.duration_s, seed_of(3));
  const double rate_hz = options.sampling_rate_hz;
  Leads leads(kMeasuredLeads, static_cast<std::size_t>(std::llround(options.duration_s * rate_hz)));
  draw_heart(patient, plan, rate_hz, leads);
  add_noise(patient, rate_hz, seed_of(4), leads);

  Record record;
  record.id = simdb12_record_id(index);
  record.subject = record.id;
  record.sampling_rate_hz = rate_hz;
  record.leads = {digitised("I", leads[kI]),
                  digitised("II", leads[kII]),
                  digitised("III", combined(leads, -1.0F, 1.0F)),
                  digitised("AVR", combined(leads, -0.5F, -0.5F)),
                  digitised("AVL", combined(leads, 1.0F, -0.5F)),
                  digitised("AVF", combined(leads, -0.5F, 1.0F))};
  for (std::size_t l = kFirstChest; l < kMeasuredLeads.size(); ++l)
    record.leads.push_back(digitised(kMeasuredLeads[l].name, leads[l]));
  record.comments = {"Age: " + std::to_string(patient.age_years),
                     std::string("Sex: ") + (patient.female ? "Female" : "Male"),
                     "Dx: " + statements_of(patient, plan, options.duration_s),
                     "SIMULATED by beatbench (simdb12): computed, not recorded from any person",
                     "Seed: " + std::to_string(options.seed)};
  return record;
}

}  // namespace beatbench
