#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <string_view>
#include <utility>
#include <vector>

#include "data/simdb_database.h"
#include "data/simdb_model.h"

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
                       [](const PlannedBeat& b) { return b.symbol != 'x'; });
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

/// Where the QRS complex exceeds 5 % of its largest deflection in either lead.
Complex measure(const BeatWaves& waves) {
  std::vector<std::pair<double, double>> size;  // time, deflection
  for (double t = -0.05; t < 0.30; t += 0.001) {
    size.emplace_back(t, std::hypot(sum_at(waves.qrs, simdb::kMlii, t), sum_at(waves.qrs, simdb::kV1, t)));
  }
  const double threshold = 0.05 * std::ranges::max_element(size, {}, &std::pair<double, double>::second)->second;
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
  int early = 0, short_pause = 0, all = 0;
  for (const Planned& record : database()) {
    if (!in_sinus_rhythm(record)) continue;
    for (const Timing& t : timings(record)) {
      if (!is_one_of(t.symbol, "AJSa") || !is_one_of(t.previous, "NR") || !is_one_of(t.next, "NR")) continue;
      ++all;
      early += t.before_s < 0.93 * t.usual_s;
      short_pause += t.before_s + t.after_s < 2.0 * t.usual_s;
    }
  }
  EXPECT_GT(all, 1000);
  EXPECT_GT(early, 0.95 * all);
  EXPECT_GT(short_pause, 0.95 * all);
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
    if (!record.plan.fibrillation.empty() && rhythm == simdb::Rhythm::sinus) continue;  // spells
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

TEST(SimdbForm, FusionLiesBetweenTheTwoBeats) {
  for (const Planned& record : database()) {
    for (const PlannedBeat& beat : record.plan.beats) {
      if (beat.symbol != 'F') continue;
      PlannedBeat conducted = beat, ectopic = beat;
      conducted.symbol = 'N', conducted.blend = 0;
      ectopic.symbol = 'V', ectopic.blend = 0;
      const auto value = [&](const PlannedBeat& b) {
        return sum_at(simdb::beat_waves(record.patient, b).qrs, simdb::kMlii, 0.05);
      };
      const double low = std::min(value(conducted), value(ectopic)), high = std::max(value(conducted), value(ectopic));
      EXPECT_GE(value(beat), low - 1e-9);
      EXPECT_LE(value(beat), high + 1e-9);
      EXPECT_EQ(simdb::beat_waves(record.patient, beat).atrial.size(), 2U);
      break;
    }
  }
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

}  // namespace
}  // namespace beatbench
