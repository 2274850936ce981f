#include "beatbench/simulation/simdb.h"

#include <algorithm>
#include <charconv>
#include <map>

#include "beatbench/core/error.h"
#include "simulation/patient_model.h"

namespace beatbench {
namespace simdb {
namespace {

// The recorder of mitdb (Moody and Mark 2001): 11 bits over 10 mV, 0 mV in the middle.
constexpr double kGain = 200.0;
constexpr std::int32_t kZero = 1024;
constexpr std::int32_t kHighest = 2047;
constexpr int kBits = 11;

constexpr std::size_t kMostLeads = 12;

void check(const SimulationOptions& options, int index) {
  const auto fail = [](const char* option, const std::string& found, const char* range) {
    throw Error(ErrorKind::usage, "simdb", std::string(option) + " is " + found + "; allowed: " + range);
  };
  if (options.records < 1) fail("records", std::to_string(options.records), "1 or more");
  if (!(options.duration_s >= 10.0 && options.duration_s <= 86400.0))
    fail("duration", std::to_string(options.duration_s) + " s", "10 to 86400 s");
  if (!(options.sampling_rate_hz >= 100.0 && options.sampling_rate_hz <= 2000.0)) {
    fail("sampling rate", number_text(options.sampling_rate_hz) + " Hz", "100 to 2000 Hz");
  }
  if (index < 0 || index >= options.records) fail("record index", std::to_string(index), "0 to records - 1");
}

/// Adds one Gaussian to every lead over its support of four sigma. The exponential is carried from sample to sample
/// by two multiplications, as the quotient of neighbouring samples changes by a constant factor.
void add_wave(const Wave& wave, double onset_s, const Dipole& dipole, double rate_hz, Leads& leads) {
  constexpr double support = 4.0;  // sigma; what is cut off is 0.03 % of the amplitude
  const double centre = (onset_s + wave.centre_s) * rate_hz;
  const double sigma = wave.sigma_s * rate_hz;
  const auto size = static_cast<double>(leads.length());
  const double first = std::ceil(std::max(0.0, centre - support * sigma));
  const double last = std::floor(std::min(size - 1.0, centre + support * sigma));
  if (first > last) return;
  const double falloff = 0.5 / (sigma * sigma);
  const double distance = first - centre;
  double value = std::exp(-distance * distance * falloff);
  double ratio = std::exp(-(2.0 * distance + 1.0) * falloff);
  const double ratio_step = std::exp(-2.0 * falloff);
  std::array<float, kMostLeads> amplitude{};
  const std::size_t count = leads.vectors.size();
  for (std::size_t l = 0; l < count; ++l) amplitude[l] = static_cast<float>(project(dipole, leads.vectors[l]));
  const auto end = static_cast<std::size_t>(last) + 1;
  for (auto i = static_cast<std::size_t>(first); i < end; ++i) {
    for (std::size_t l = 0; l < count; ++l) leads[l][i] += amplitude[l] * static_cast<float>(value);
    value *= ratio;
    ratio *= ratio_step;
  }
}

/// Breathing turns and swells all of a beat's dipoles together, as do differences from beat to beat.
class BeatPlacement {
 public:
  BeatPlacement(const Patient& patient, const PlannedBeat& beat)
      : breath_(std::sin(patient.respiration.phase(beat.onset_s))),
        gain_(beat.gain * (1.0 + patient.respiration.gain * breath_)),
        turn_rad_(beat.turn_rad + patient.respiration.axis_rad * breath_) {}
  Dipole operator()(const Dipole& dipole) const { return rotated(dipole, turn_rad_, 0.0) * gain_; }

 private:
  double breath_, gain_, turn_rad_;
};

struct QrsPeak {
  std::int64_t sample = 0;
  bool upward = true;
};

/// The sample of the largest deflection of the QRS complex (or flutter wave) in MLII; the onset of a lone P wave.
/// For paced beats the first deflection of some size: mitdb's annotators marked them early, 33 to 44 ms after the
/// onset.
QrsPeak qrs_peak(const BeatWaves& waves, const PlannedBeat& beat, double rate_hz) {
  if (waves.qrs.empty()) return {std::llround(beat.onset_s * rate_hz), true};
  double begin_s = 1e9, end_s = -1e9;
  for (const Wave& wave : waves.qrs) {
    begin_s = std::min(begin_s, wave.centre_s - 2.0 * wave.sigma_s);
    end_s = std::max(end_s, wave.centre_s + 2.0 * wave.sigma_s);
  }
  const std::int64_t begin = std::llround((beat.onset_s + begin_s) * rate_hz);
  const std::int64_t end = std::llround((beat.onset_s + end_s) * rate_hz);
  std::vector<double> values;
  for (std::int64_t i = begin; i <= end; ++i) {
    double value = 0;
    for (const Wave& wave : waves.qrs) {
      const double d = (static_cast<double>(i) / rate_hz - beat.onset_s - wave.centre_s) / wave.sigma_s;
      value += project(wave.dipole, kLeads[kMlii]) * std::exp(-0.5 * d * d);
    }
    values.push_back(value);
  }
  const auto size = [](double value) { return std::abs(value); };
  auto peak = std::ranges::max_element(values, {}, size);
  if (waves.spike) {
    const double enough = 0.3 * std::abs(*peak);
    for (auto v = values.begin() + 1; v < peak; ++v) {
      if (std::abs(*v) >= enough && std::abs(*v) >= std::abs(*(v - 1)) && std::abs(*v) > std::abs(*(v + 1))) peak = v;
    }
  }
  return {begin + (peak - values.begin()), *peak >= 0};
}

/// Moves a peak found on the QRS alone to the nearest extremum of the whole heart signal (P and T waves shift it).
std::int64_t climb(const std::vector<float>& lead, const QrsPeak& from, double rate_hz) {
  const auto size = static_cast<std::int64_t>(lead.size());
  std::int64_t peak = from.sample;
  const auto at = [&](std::int64_t i) { return lead[static_cast<std::size_t>(i)]; };
  const float sign = from.upward ? 1.0F : -1.0F;
  const auto reach = static_cast<std::int64_t>(0.03 * rate_hz);
  for (std::int64_t step = 0; step < reach && peak > 0 && peak < size - 1; ++step) {
    if (sign * at(peak + 1) > sign * at(peak))
      ++peak;
    else if (sign * at(peak - 1) > sign * at(peak))
      --peak;
    else
      break;
  }
  return peak;
}

/// Adds value(seconds) * direction within the span.
template <typename Value>
void add_atrial(const Span& span, double rate_hz, const Dipole& direction, Value value, Leads& leads) {
  const auto size = static_cast<double>(leads.length());
  const auto begin = static_cast<std::size_t>(std::clamp(span.begin_s * rate_hz, 0.0, size));
  const auto end = static_cast<std::size_t>(std::clamp(span.end_s * rate_hz, 0.0, size));
  std::array<double, kMostLeads> seen{};
  const std::size_t count = leads.vectors.size();
  for (std::size_t l = 0; l < count; ++l) seen[l] = project(direction, leads.vectors[l]);
  for (std::size_t i = begin; i < end; ++i) {
    const double v = value(static_cast<double>(i) / rate_hz);
    for (std::size_t l = 0; l < count; ++l) leads[l][i] += static_cast<float>(v * seen[l]);
  }
}

/// One part of the fibrillating atria: a wave with a second harmonic whose frequency and size never settle, so that
/// what is before one QRS complex comes again before another nearly as little as in record 203 of DS1, for which how
/// far and how fast they wander was chosen. Drawn at fixed steps of time: the same at every sampling rate.
class FibrillatingPart {
 public:
  FibrillatingPart(const Patient& patient, const Span& span, Random random) : begin_s_(span.begin_s) {
    const double keep_frequency = std::exp(-kStep_s / 0.3), keep_size = std::exp(-kStep_s / 0.5);
    double phase = random.angle(), frequency = random.normal(), size = random.normal();
    for (double t_s = span.begin_s; t_s < span.end_s + 2 * kStep_s; t_s += kStep_s) {
      knots_.push_back({phase, patient.fibrillation_mv * std::exp(0.4 * size)});
      phase += 2.0 * std::numbers::pi * std::max(3.0, patient.fibrillation_hz + 0.9 * frequency) * kStep_s;
      frequency = keep_frequency * frequency + std::sqrt(1.0 - keep_frequency * keep_frequency) * random.normal();
      size = keep_size * size + std::sqrt(1.0 - keep_size * keep_size) * random.normal();
    }
  }

  double operator()(double t_s) const {
    const double at = std::max(0.0, (t_s - begin_s_) / kStep_s);
    const auto knot = std::min(static_cast<std::size_t>(at), knots_.size() - 2);
    const double share = at - static_cast<double>(knot);
    const double phase = std::lerp(knots_[knot].phase, knots_[knot + 1].phase, share);
    return std::lerp(knots_[knot].size_mv, knots_[knot + 1].size_mv, share) *
           (std::sin(phase) + 0.35 * std::sin(2.0 * phase + 0.8));
  }

 private:
  static constexpr double kStep_s = 0.05;
  struct Knot {
    double phase = 0, size_mv = 0;
  };
  double begin_s_;
  std::vector<Knot> knots_;
};

/// The f waves of fibrillating atria: two parts that know nothing of each other, one seen best in V1 and V2, one in II.
void add_fibrillation(const Patient& patient, const Span& span, double rate_hz, Leads& leads) {
  constexpr std::array<Dipole, 2> directions = {{{-0.35, 0.15, -0.85}, {0.25, 0.5, 0.3}}};
  const auto spell = static_cast<std::uint64_t>(std::llround(1000.0 * (span.begin_s + 1.0)));
  for (std::size_t i = 0; i < directions.size(); ++i) {
    const FibrillatingPart part(patient, span, Random(derive_seed(patient.fibrillation_seed, spell, i)));
    add_atrial(span, rate_hz, directions[i], part, leads);
  }
}

/// Typical atrial flutter: one circuit, so a steady frequency; saw teeth that fall slowly in II and stand upright in
/// V1.
void add_atrial_flutter(const Patient& patient, const Span& span, double rate_hz, Leads& leads) {
  const auto value = [&](double t_s) {
    const double phase = 2.0 * std::numbers::pi * patient.atrial_flutter_hz * t_s;
    double sum = 0;
    for (int k = 1; k <= 4; ++k) sum += std::sin(k * phase) / k;
    return patient.atrial_flutter_mv * sum;
  };
  add_atrial(span, rate_hz, {0.0, -0.8, -0.6}, value, leads);
}

void render(const PlannedBeat& beat, const BeatWaves& waves, const BeatPlacement& placed, double rate_hz,
            Leads& leads) {
  const auto add = [&](const Wave& wave) { add_wave(wave, beat.onset_s, placed(wave.dipole), rate_hz, leads); };
  std::ranges::for_each(waves.atrial, add);
  std::ranges::for_each(waves.qrs, add);
  std::ranges::for_each(waves.repolarisation, add);
  if (waves.spike)
    add_wave(*waves.spike, beat.onset_s, waves.spike->dipole, rate_hz, leads);  // the device does not breathe
}

/// Annotations by sample. Beats come first; a mark that meets one takes the next free sample.
class Annotations {
 public:
  explicit Annotations(std::int64_t length) : length_(length) {}

  void add(std::int64_t sample, std::string_view symbol, std::string_view aux = {}, std::int8_t subtype = 0) {
    while (by_sample_.contains(sample)) ++sample;
    if (sample < 0 || sample >= length_) return;
    Annotation annotation;
    annotation.sample = sample;
    annotation.code = code_of(symbol).value();
    annotation.subtype = subtype;
    annotation.aux = aux;
    by_sample_.emplace(sample, std::move(annotation));
  }

  std::vector<Annotation> take() {
    std::vector<Annotation> result;
    result.reserve(by_sample_.size());
    for (auto& [sample, annotation] : by_sample_) result.push_back(std::move(annotation));
    return result;
  }

 private:
  std::int64_t length_;
  std::map<std::int64_t, Annotation> by_sample_;
};

std::vector<Annotation> annotate(const CleanRecord& clean, const std::vector<Span>& noisy, double rate_hz) {
  const auto sample = [&](double t_s) { return std::llround(t_s * rate_hz); };
  Annotations annotations(static_cast<std::int64_t>(clean.leads.length()));
  for (std::size_t i = 0; i < clean.plan.beats.size(); ++i) {
    const std::string_view symbol(&clean.plan.beats[i].symbol, 1);
    if (symbol != "p") annotations.add(clean.peaks[i], symbol);
  }
  for (const RhythmMark& mark : clean.plan.marks) annotations.add(sample(mark.time_s), "+", mark.aux);
  constexpr std::int8_t both_leads_noisy = 3;  // one bit for each signal, as WFDB's NOISE subtype has it
  for (const Span& span : noisy) {
    annotations.add(sample(span.begin_s), "~", {}, both_leads_noisy);
    annotations.add(sample(span.end_s), "~");
  }
  return annotations.take();
}

Lead digitised(std::string_view name, const std::vector<float>& millivolts) {
  Lead lead;
  lead.name = name;
  lead.gain = kGain;
  lead.baseline = kZero;
  lead.adc_zero = kZero;
  lead.adc_resolution_bits = kBits;
  lead.samples.resize(millivolts.size());
  std::ranges::transform(millivolts, lead.samples.begin(), [](float mv) {
    const auto value = static_cast<std::int32_t>(std::floor(mv * static_cast<float>(kGain) + 0.5F)) + kZero;
    return std::clamp(value, 0, kHighest);  // the recorder saturates
  });
  return lead;
}

}  // namespace

CleanRecord simulate_clean(const SimulationOptions& options, int index) {
  check(options, index);
  const auto position = static_cast<std::uint64_t>(index);
  const double rate_hz = options.sampling_rate_hz;
  CleanRecord clean;
  clean.patient = make_patient(options, index);
  clean.plan = plan_rhythm(clean.patient, options.duration_s, derive_seed(options.seed, position, 2));
  clean.leads = Leads(kLeads, static_cast<std::size_t>(std::llround(options.duration_s * rate_hz)));
  draw_heart(clean.patient, clean.plan, rate_hz, clean.leads);
  for (const PlannedBeat& beat : clean.plan.beats) {
    const QrsPeak peak = qrs_peak(beat_waves(clean.patient, beat), beat, rate_hz);
    const bool has_peak = std::string_view("[]xp").find(beat.symbol) == std::string_view::npos;
    clean.peaks.push_back(has_peak ? climb(clean.leads[kMlii], peak, rate_hz) : peak.sample);
  }
  return clean;
}

void draw_heart(const Patient& patient, const RhythmPlan& plan, double sampling_rate_hz, Leads& leads) {
  for (const PlannedBeat& beat : plan.beats)
    render(beat, beat_waves(patient, beat), BeatPlacement(patient, beat), sampling_rate_hz, leads);
  for (const Span& span : plan.fibrillation) add_fibrillation(patient, span, sampling_rate_hz, leads);
  for (const Span& span : plan.flutter) add_atrial_flutter(patient, span, sampling_rate_hz, leads);
}

std::string record_id(char letter, std::size_t digits, int index) {
  const std::string number = std::to_string(index + 1);
  return letter + std::string(digits - std::min(digits, number.size()), '0') + number;
}

std::optional<int> record_index(char letter, std::size_t digits, std::string_view id) {
  int number = 0;
  if (!id.empty()) std::from_chars(id.data() + 1, id.data() + id.size(), number);
  if (number < 1 || record_id(letter, digits, number - 1) != id) return std::nullopt;
  return number - 1;
}

}  // namespace simdb

std::string simdb_record_id(int index) { return simdb::record_id('s', 3, index); }

std::optional<int> simdb_record_index(std::string_view id) { return simdb::record_index('s', 3, id); }

bool simdb_is_training_subject(int index) {
  const auto all = simdb::diagnoses();
  return all[static_cast<std::size_t>(index) % all.size()].training;
}

Record simulate_record(const SimulationOptions& options, int index) {
  simdb::CleanRecord clean = simdb::simulate_clean(options, index);
  const std::uint64_t noise_seed = derive_seed(options.seed, static_cast<std::uint64_t>(index), 3);
  const auto noisy = simdb::add_noise(clean.patient, options.sampling_rate_hz, noise_seed, clean.leads);
  Record record;
  record.id = simdb_record_id(index);
  record.subject = record.id;
  record.sampling_rate_hz = options.sampling_rate_hz;
  record.annotations = simdb::annotate(clean, noisy, options.sampling_rate_hz);
  for (std::size_t l = 0; l < simdb::kLeads.size(); ++l) {
    record.leads.push_back(simdb::digitised(simdb::kLeads[l].name, clean.leads[l]));
  }
  record.comments = {
      " " + std::to_string(clean.patient.age_years) + (clean.patient.female ? " F" : " M"),
      " SIMULATED by beatbench (simdb): computed, not recorded from any person",
      " Diagnosis: " + std::string(clean.patient.diagnosis->text),
      " Seed: " + std::to_string(options.seed),
  };
  return record;
}

}  // namespace beatbench
