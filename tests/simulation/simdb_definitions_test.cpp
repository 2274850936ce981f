#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "simulation/patient_model.h"
#include "simulation/simdb_database.h"

// What makes a beat a V, an A, an L: the definitions are those of textbooks (Surawicz and Knilans, Chou's
// Electrocardiography, 6th ed. 2008), tested on the rhythm and on the noise-free waves of whole records.
namespace beatbench {
namespace {

using simdb::BeatWaves;

/// A beat between two others, and the patient's usual RR interval around it.
struct Timing {
  char previous, symbol, next;
  double before_s, after_s, usual_s;
};

std::vector<Timing> timings(const Planned& record) {
  std::vector<PlannedBeat> beats;
  std::ranges::copy_if(record.plan.beats, std::back_inserter(beats),
                       [](const PlannedBeat& b) { return b.symbol != 'x' && b.symbol != 'p'; });
  std::vector<Timing> result;
  double usual_s = record.patient.rate.mean_rr_s;
  for (std::size_t i = 1; i + 1 < beats.size(); ++i) {
    const double before_s = beats[i].onset_s - beats[i - 1].onset_s;
    result.push_back({beats[i - 1].symbol, beats[i].symbol, beats[i + 1].symbol, before_s,
                      beats[i + 1].onset_s - beats[i].onset_s, usual_s});
    const bool both_conducted = is_one_of(beats[i].symbol, "NLR") && is_one_of(beats[i - 1].symbol, "NLR");
    if (both_conducted && before_s < 1.3 * usual_s) usual_s += 0.2 * (before_s - usual_s);
  }
  return result;
}

double sum_at(const std::vector<simdb::Wave>& waves, std::size_t lead, double t_s) {
  double value = 0;
  for (const simdb::Wave& wave : waves) {
    const double d = (t_s - wave.centre_s) / wave.sigma_s;
    value += simdb::project(wave.dipole, simdb::kLeads[lead]) * std::exp(-0.5 * d * d);
  }
  return value;
}

struct Complex {
  double begin_s = 0, end_s = 0;
  double width_ms() const { return 1000.0 * (end_s - begin_s); }
};

/// Where the QRS complex exceeds 5 % of its largest deflection in either lead, or `threshold_mv`.
Complex measure(const BeatWaves& waves, std::optional<double> threshold_mv = std::nullopt) {
  std::vector<std::pair<double, double>> size;  // time, deflection
  for (double t = -0.05; t < 0.30; t += 0.001) {
    size.emplace_back(t, std::hypot(sum_at(waves.qrs, simdb::kMlii, t), sum_at(waves.qrs, simdb::kV1, t)));
  }
  const double largest = std::ranges::max_element(size, {}, &std::pair<double, double>::second)->second;
  const double threshold = threshold_mv.value_or(0.05 * largest);
  const auto above = [&](const auto& point) { return point.second > threshold; };
  return {std::ranges::find_if(size, above)->first, std::find_if(size.rbegin(), size.rend(), above)->first};
}

/// Waves of the first few beats with `symbol` of each record that has them.
std::vector<std::pair<BeatWaves, PlannedBeat>> examples(char symbol) {
  std::vector<std::pair<BeatWaves, PlannedBeat>> result;
  for (const Planned& record : database()) {
    int found = 0;
    for (const PlannedBeat& beat : record.plan.beats) {
      if (beat.symbol != symbol || ++found > 12) continue;
      result.emplace_back(simdb::beat_waves(record.patient, beat), beat);
    }
  }
  return result;
}

TEST(SimdbTiming, VentricularBeatsAreEarlyAndPauseIsCompensatory) {
  int early = 0, leading = 0, compensatory = 0, single = 0;
  for (const Planned& record : database()) {
    if (!in_sinus_rhythm(record)) continue;
    for (const Timing& t : timings(record)) {
      if (t.symbol != 'V' || !is_one_of(t.previous, "NLR")) continue;
      ++leading;
      early += t.before_s < 0.9 * t.usual_s;
      if (!is_one_of(t.next, "NLR")) continue;
      ++single;
      compensatory +=
          t.after_s > 1.05 * t.usual_s && std::abs(t.before_s + t.after_s - 2.0 * t.usual_s) < 0.3 * t.usual_s;
    }
  }
  EXPECT_GT(single, 2000);
  EXPECT_GT(early, 0.98 * leading);
  EXPECT_GT(compensatory, 0.9 * single);
}

TEST(SimdbTiming, AtrialBeatsAreEarlyAndPauseIsLessThanCompensatory) {
  int early = 0, all = 0;
  int short_pause = 0, healthy = 0, sick_short_pause = 0, sick = 0;
  for (const Planned& record : database()) {
    if (!in_sinus_rhythm(record)) continue;
    const bool is_sick = record.patient.diagnosis->atrial_group > 0;
    for (const Timing& t : timings(record)) {
      if (!is_one_of(t.symbol, "AJSa") || !is_one_of(t.previous, "NR") || !is_one_of(t.next, "NR")) continue;
      ++all;
      early += t.before_s < 0.93 * t.usual_s;
      (is_sick ? sick : healthy) += 1;
      (is_sick ? sick_short_pause : short_pause) += t.before_s + t.after_s < 2.0 * t.usual_s;
    }
  }
  EXPECT_GT(all, 1000);
  EXPECT_GT(early, 0.95 * all);
  EXPECT_GT(short_pause, 0.95 * healthy);
  EXPECT_GT(sick, 20);
  EXPECT_GT(sick_short_pause, 0.8 * sick) << "one time in ten a sick sinus node pauses";
  EXPECT_LT(sick_short_pause, sick);
}

TEST(SimdbTiming, EscapeBeatsComeLate) {
  int late = 0, all = 0;
  for (const Planned& record : database()) {
    for (const Timing& t : timings(record)) {
      if (!is_one_of(t.symbol, "Eje") || !is_one_of(t.previous, "NLR")) continue;
      ++all;
      late += t.before_s > 1.12 * t.usual_s && t.before_s > 0.9;
    }
  }
  EXPECT_GT(all, 150);
  EXPECT_GT(late, 0.97 * all);
}

TEST(SimdbTiming, FibrillationIsIrregularAndSinusRhythmIsNot) {
  for (const Planned& record : database()) {
    const simdb::Rhythm rhythm = record.patient.diagnosis->rhythm;
    const bool spells = !record.plan.fibrillation.empty() || !record.plan.flutter.empty();
    if (spells && rhythm == simdb::Rhythm::sinus) continue;
    if (record.patient.diagnosis->second_degree > 0) continue;  // groups of beats
    double sum = 0, squares = 0, count = 0;
    for (const Timing& t : timings(record)) {
      if (!is_one_of(t.symbol, "NLR/") || t.previous != t.symbol || t.next != t.symbol) continue;
      const double ratio = t.before_s / t.usual_s;
      if (ratio > 1.7) continue;
      sum += ratio, squares += ratio * ratio, ++count;
    }
    const double variation = std::sqrt(squares / count - sum * sum / count / count) / (sum / count);
    if (rhythm == simdb::Rhythm::fibrillation) {
      EXPECT_GT(variation, 0.14) << record.patient.diagnosis->text;
    } else {
      EXPECT_LT(variation, 0.12) << record.patient.diagnosis->text;
    }
  }
}

TEST(SimdbTiming, FlutterWavesLieInBracketsAt180To300AMinute) {
  for (const Planned& record : database()) {
    bool inside = false;
    double last_s = 0;
    for (const PlannedBeat& beat : record.plan.beats) {
      if (beat.symbol == '[') inside = true;
      if (beat.symbol == ']') inside = false, last_s = 0;
      EXPECT_EQ(beat.symbol == '!', inside && beat.symbol != '[') << beat.symbol << " at " << beat.onset_s;
      if (beat.symbol != '!') continue;
      if (last_s > 0) {
        EXPECT_GT(beat.onset_s - last_s, 0.15);
        EXPECT_LT(beat.onset_s - last_s, 0.41);
      }
      last_s = beat.onset_s;
    }
  }
}

// Of P waves in a group all but the last are conducted: RR intervals of twice the usual at 2:1, and in Wenckebach's
// groups PR intervals that grow from beat to beat.
TEST(SimdbTiming, SecondDegreeBlockDropsBeatsAndTheAtriaGoOn) {
  int dropped = 0, on_time = 0, grown = 0;
  for (const Planned& record : database()) {
    if (record.patient.diagnosis->second_degree == 0) {
      EXPECT_EQ(counts(record).count('p'), 0U);
      continue;
    }
    const auto& beats = record.plan.beats;
    for (std::size_t i = 2; i + 1 < beats.size(); ++i) {
      if (beats[i].symbol != 'p' || !is_one_of(beats[i - 1].symbol, "NR") || !is_one_of(beats[i + 1].symbol, "NR")) {
        continue;
      }
      ++dropped;
      const double before_s = beats[i].onset_s - (beats[i - 1].onset_s - beats[i - 1].pr_s);
      const double after_s = beats[i + 1].onset_s - beats[i + 1].pr_s - beats[i].onset_s;
      on_time += std::abs(before_s - after_s) < 0.15 * before_s;
      grown += is_one_of(beats[i - 2].symbol, "NR") && beats[i - 1].pr_s > beats[i - 2].pr_s + 0.03;
    }
  }
  EXPECT_GT(dropped, 50);
  EXPECT_GT(on_time, 0.95 * dropped) << "P waves march through";
  EXPECT_GT(grown, 10);
}

// The sum of the intervals around it is one sinus interval, not two.
TEST(SimdbTiming, SomeVentricularBeatsAreInterpolated) {
  int interpolated = 0;
  for (const Planned& record : database()) {
    if (!in_sinus_rhythm(record)) continue;
    for (const Timing& t : timings(record)) {
      const bool one_interval = t.before_s + t.after_s < 1.3 * t.usual_s;
      if (t.symbol != 'V' || !is_one_of(t.previous, "NLR") || !is_one_of(t.next, "NLR") || !one_interval) continue;
      ++interpolated;
      EXPECT_GT(record.patient.diagnosis->interpolated, 0) << record.patient.diagnosis->text;
    }
  }
  EXPECT_GT(interpolated, 10);
}

// 250 to 350 saw teeth a minute, of which a whole number passes per beat.
TEST(SimdbTiming, AtrialFlutterConductsAWholeNumberOfWaves) {
  int whole = 0, all = 0;
  for (const Planned& record : database()) {
    if (record.plan.flutter.empty()) continue;
    const double rate_hz = record.patient.atrial_flutter_hz;
    EXPECT_GE(60.0 * rate_hz, 250.0);
    EXPECT_LE(60.0 * rate_hz, 350.0);
    for (const simdb::Span& span : record.plan.flutter) {
      const PlannedBeat* previous = nullptr;
      for (const PlannedBeat& beat : record.plan.beats) {
        if (!span.contains(beat.onset_s - 2.0) || !span.contains(beat.onset_s)) continue;
        if (previous != nullptr && beat.symbol == 'N' && previous->symbol == 'N') {
          const double waves = (beat.onset_s - previous->onset_s) * rate_hz;
          ++all, whole += std::abs(waves - std::round(waves)) < 0.02 && waves > 1.9;
        }
        if (beat.symbol == 'N') {
          EXPECT_EQ(beat.atrial, simdb::AtrialWave::none);
        }
        previous = &beat;
      }
    }
  }
  EXPECT_GT(all, 100);
  EXPECT_EQ(whole, all);
}

// First degree: above 200 ms with every P wave conducted. Elsewhere 120 to 200 ms.
TEST(SimdbTiming, PrIntervals) {
  int prolonged = 0;
  for (const Planned& record : database()) {
    const bool first_degree = record.patient.diagnosis->text.find("first-degree") != std::string_view::npos;
    prolonged += first_degree;
    for (const PlannedBeat& beat : record.plan.beats) {
      if (beat.symbol != 'N' || beat.atrial == simdb::AtrialWave::none) continue;
      EXPECT_GE(beat.pr_s, first_degree ? 0.20 : 0.12) << record.patient.diagnosis->text;
      if (!first_degree && record.patient.diagnosis->second_degree == 0) {
        EXPECT_LE(beat.pr_s, record.patient.diagnosis->interpolated > 0 ? 0.30 : 0.20);
      }
    }
  }
  EXPECT_EQ(prolonged, 2);
}

// A junctional rhythm: 40 to 60 a minute (Chou), ten beats and more.
TEST(SimdbTiming, NodalRhythmGoesOn) {
  int longest = 0, run = 0;
  for (const Planned& record : database()) {
    for (const Timing& t : timings(record)) {
      run = t.symbol == 'j' ? run + 1 : 0;
      longest = std::max(longest, run);
      if (run < 2) continue;
      EXPECT_GT(60.0 / t.before_s, 35.0);
      EXPECT_LT(60.0 / t.before_s, 65.0);
    }
  }
  EXPECT_GE(longest, 10);
}

TEST(SimdbForm, QrsWidths) {
  for (const char symbol : std::string_view("NA")) {
    for (const auto& [waves, beat] : examples(symbol)) {
      if (beat.conduction != simdb::Conduction::normal) continue;
      EXPECT_LT(measure(waves).width_ms(), 110.0) << symbol;
      EXPECT_GT(measure(waves).width_ms(), 50.0) << symbol;
    }
  }
  for (const char symbol : std::string_view("VLR/E")) {
    const auto all = examples(symbol);
    EXPECT_GE(all.size(), 30U) << symbol;
    for (const auto& [waves, beat] : all) {
      EXPECT_GT(measure(waves).width_ms(), 120.0) << symbol;
      EXPECT_LT(measure(waves).width_ms(), 220.0) << symbol;
    }
  }
}

TEST(SimdbForm, VentricularBeatsHaveNoPAndADiscordantT) {
  for (const char symbol : std::string_view("VE")) {
    for (const auto& [waves, beat] : examples(symbol)) {
      EXPECT_TRUE(waves.atrial.empty());
      double agreement = 0;  // of the QRS area with the T wave's
      for (const simdb::Wave& q : waves.qrs) {
        const auto& t = waves.repolarisation.back();
        agreement += q.sigma_s * (q.dipole.x * t.dipole.x + q.dipole.y * t.dipole.y + q.dipole.z * t.dipole.z);
      }
      EXPECT_LT(agreement, 0.0) << symbol;
    }
  }
}

TEST(SimdbForm, AtrialBeatsHaveAnotherP) {
  const auto largest_difference = [](const BeatWaves& a, const Patient& patient) {
    double difference = 0, usual = 0;
    for (std::size_t i = 0; i < a.atrial.size(); ++i) {
      const simdb::Dipole d = a.atrial[i].dipole + patient.p[i].dipole * -1.0;
      difference = std::max(difference, d.norm());
      usual = std::max(usual, patient.p[i].dipole.norm());
    }
    return difference / usual;
  };
  for (const Planned& record : database()) {
    for (const PlannedBeat& beat : record.plan.beats) {
      if (beat.symbol != 'A') continue;
      const BeatWaves waves = simdb::beat_waves(record.patient, beat);
      ASSERT_EQ(waves.atrial.size(), 2U);
      EXPECT_GT(largest_difference(waves, record.patient), 0.5);
      EXPECT_LT(waves.atrial.back().centre_s, 0.0);  // before the QRS
      break;
    }
  }
}

TEST(SimdbForm, RightBlockEndsUpwardsInV1AndLeftBlockPointsAwayFromIt) {
  for (const auto& [waves, beat] : examples('R')) {
    const Complex qrs = measure(waves);
    double terminal = 0;
    for (double t = qrs.begin_s + 0.6 * (qrs.end_s - qrs.begin_s); t < qrs.end_s; t += 0.001) {
      terminal = std::max(terminal, sum_at(waves.qrs, simdb::kV1, t));
    }
    EXPECT_GT(terminal, 0.25);
  }
  for (const auto& [waves, beat] : examples('L')) {
    const Complex qrs = measure(waves);
    double area = 0, highest = 0, lowest = 0;
    for (double t = qrs.begin_s; t < qrs.end_s; t += 0.001) {
      const double v1 = sum_at(waves.qrs, simdb::kV1, t);
      area += v1, highest = std::max(highest, v1), lowest = std::min(lowest, v1);
    }
    EXPECT_LT(area, 0.0);
    EXPECT_LT(highest, -0.5 * lowest);
  }
}

TEST(SimdbForm, PacedBeatsBeginWithASpike) {
  for (const char symbol : std::string_view("/f")) {
    for (const auto& [waves, beat] : examples(symbol)) {
      ASSERT_TRUE(waves.spike.has_value());
      EXPECT_LT(waves.spike->centre_s, measure(waves).begin_s + 0.01);
      EXPECT_LT(waves.spike->sigma_s, 0.003);
    }
  }
  for (const auto& [waves, beat] : examples('N')) EXPECT_FALSE(waves.spike.has_value());
}

/// Area between two QRS complexes in both leads, the second one shifted by `later_s`.
double difference(const BeatWaves& a, const BeatWaves& b, double later_s) {
  double sum = 0;
  for (double t = -0.05; t < 0.30; t += 0.002) {
    for (const std::size_t lead : {simdb::kMlii, simdb::kV1}) {
      sum += std::abs(sum_at(a.qrs, lead, t) - sum_at(b.qrs, lead, t - later_s));
    }
  }
  return sum;
}

// Chou: a P wave on time, a PR interval shorter by up to 60 ms, contour and duration between those of the two beats.
TEST(SimdbForm, FusionLiesBetweenTheTwoBeats) {
  int between = 0, no_longer = 0, all = 0;
  for (const Planned& record : database()) {
    int found = 0;
    for (const PlannedBeat& beat : record.plan.beats) {
      if (beat.symbol != 'F' || ++found > 12) continue;
      PlannedBeat conducted = beat, ectopic = beat;
      conducted.symbol = 'N', ectopic.symbol = 'V';
      const BeatWaves fused = simdb::beat_waves(record.patient, beat);
      const BeatWaves n = simdb::beat_waves(record.patient, conducted);
      const BeatWaves v = simdb::beat_waves(record.patient, ectopic);
      const double apart = difference(v, n, beat.delay_s);
      between += difference(fused, n, beat.delay_s) < apart && difference(fused, v, 0) < apart;
      constexpr double seen_mv = 0.1;  // one small square
      const double end_s = std::max(measure(n, seen_mv).end_s + beat.delay_s, measure(v, seen_mv).end_s);
      no_longer += measure(fused, seen_mv).end_s < end_s + 0.012;
      ++all;
      EXPECT_EQ(fused.atrial.size(), 2U);
      EXPECT_LT(beat.pr_s, record.patient.pr_s + 1e-9);
      EXPECT_GT(beat.pr_s, record.patient.pr_s - 0.06);
    }
  }
  EXPECT_GT(all, 40);
  EXPECT_GT(between, 0.9 * all);
  EXPECT_GT(no_longer, 0.9 * all) << "where both are below a small square their sum may be above it";
}

TEST(SimdbForm, TWaveComesLaterAtASlowRate) {
  const Patient& patient = database().front().patient;
  PlannedBeat beat;
  beat.repolarisation_rr_s = 1.0;
  const double slow = simdb::beat_waves(patient, beat).repolarisation.back().centre_s;
  beat.repolarisation_rr_s = 0.5;
  const double fast = simdb::beat_waves(patient, beat).repolarisation.back().centre_s;
  EXPECT_NEAR(fast / slow, std::sqrt(0.5), 0.02);
}

/// What stands out of the T wave's tail 100 ms after the QT interval, where a U wave has its top.
double u_wave(const Patient& patient, double rr_s) {
  PlannedBeat beat;
  beat.repolarisation_rr_s = rr_s;
  const double at_s = patient.qtc_s * std::sqrt(rr_s) + 0.10;
  Patient without = patient;
  without.u_share = 0;
  const auto value = [&](const Patient& p) {
    return sum_at(simdb::beat_waves(p, beat).repolarisation, simdb::kV1, at_s);
  };
  return value(patient) - value(without);
}

// Surawicz and Knilans: seen at slow rates and in most people, with the T wave's sign, below a quarter of it.
TEST(SimdbForm, UWavesAreSmallAndNeedASlowRate) {
  int seen = 0;
  for (const Planned& record : database()) {
    const double t_mv = simdb::project(record.patient.normal.t, simdb::kLeads[simdb::kV1]);
    const double slow = u_wave(record.patient, 1.1);
    EXPECT_EQ(u_wave(record.patient, 0.6), 0.0);
    EXPECT_LT(std::abs(slow), 0.25 * std::abs(t_mv) + 1e-9);
    EXPECT_GE(slow * t_mv, 0.0);
    seen += std::abs(slow) > 0.03 * std::abs(t_mv);
  }
  EXPECT_GT(seen, kRecords / 2);
}

// mitdb's annotators marked paced beats 33 to 44 ms after the onset (107 and 217), not at the later, larger S wave.
TEST(SimdbForm, PacedBeatsAreMarkedEarly) {
  SimulationOptions options;
  options.duration_s = 60;
  int early = 0, all = 0;
  for (int i = 0; i < kRecords; ++i) {
    if (database()[static_cast<std::size_t>(i)].patient.diagnosis->rhythm != simdb::Rhythm::paced) continue;
    const simdb::CleanRecord clean = simdb::simulate_clean(options, i);
    for (std::size_t b = 0; b < clean.peaks.size(); ++b) {
      if (clean.plan.beats[b].symbol != '/') continue;
      ++all;
      early += static_cast<double>(clean.peaks[b]) / options.sampling_rate_hz - clean.plan.beats[b].onset_s < 0.06;
    }
  }
  EXPECT_GT(all, 150);
  EXPECT_GT(early, 0.9 * all);
}

}  // namespace
}  // namespace beatbench
