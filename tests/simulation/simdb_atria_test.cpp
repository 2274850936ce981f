#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <iostream>
#include <numeric>

#include "beatbench/core/annotation.h"
#include "beatbench/core/statistics.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "signal/features/beat_shape.h"
#include "signal/features/features.h"
#include "simulation/simdb_database.h"
#include "support/recordings.h"

// What the atria do when they fibrillate, and when the sinus node is sick.
namespace beatbench {
namespace {

constexpr double kRate_hz = 360;

// A minute of fibrillating atria alone, as MLII and V1 see them.
simdb::Leads f_waves(const Patient& patient, double rate_hz = kRate_hz) {
  simdb::Leads leads(simdb::kLeads, static_cast<std::size_t>(60 * rate_hz));
  RhythmPlan plan;
  plan.fibrillation.push_back({-1, 65});
  simdb::draw_heart(patient, plan, rate_hz, leads);
  return leads;
}

double correlation(std::span<const float> a, std::span<const float> b) {
  const double ab = std::inner_product(a.begin(), a.end(), b.begin(), 0.0);
  const double aa = std::inner_product(a.begin(), a.end(), a.begin(), 0.0);
  return ab / std::sqrt(aa * std::inner_product(b.begin(), b.end(), b.begin(), 0.0));
}

double correlation_later(const std::vector<float>& signal, double later_s) {
  const auto lag = static_cast<std::size_t>(later_s * kRate_hz);
  return correlation(std::span(signal).subspan(lag), std::span(signal).first(signal.size() - lag));
}

// A wave that goes on steadily would still be in step a second later, whatever its frequency.
TEST(SimdbFibrillation, SoonKnowsNothingOfWhatItWas) {
  for (int i = 0; i < 8; ++i) {
    const Patient patient = simdb::make_patient(SimulationOptions{}, i);
    const simdb::Leads leads = f_waves(patient);
    for (const std::vector<float>& lead : leads.signals) {
      for (double later_s = 1.0; later_s < 3.0; later_s += 0.02) {
        EXPECT_LT(std::abs(correlation_later(lead, later_s)), 0.4) << later_s;
      }
    }
    EXPECT_LT(std::abs(correlation(leads[simdb::kMlii], leads[simdb::kV1])), 0.8) << "not one wave in both leads";
  }
}

TEST(SimdbFibrillation, IsTheSameAtEverySamplingRate) {
  const Patient patient = simdb::make_patient(SimulationOptions{}, 1);
  const std::vector<float> once = f_waves(patient)[simdb::kV1], twice = f_waves(patient, 2 * kRate_hz)[simdb::kV1];
  for (std::size_t i = 0; i < once.size(); ++i) EXPECT_NEAR(once[i], twice[2 * i], 1e-5) << i;
}

TEST(SimdbFibrillation, EachSpellIsAnother) {
  simdb::Leads leads(simdb::kLeads, static_cast<std::size_t>(60 * kRate_hz));
  RhythmPlan plan;
  plan.fibrillation = {{0, 20}, {30, 50}};
  simdb::draw_heart(simdb::make_patient(SimulationOptions{}, 1), plan, kRate_hz, leads);
  const std::span v1(leads[simdb::kV1]);
  const auto spell = static_cast<std::size_t>(20 * kRate_hz), second = static_cast<std::size_t>(30 * kRate_hz);
  EXPECT_LT(std::abs(correlation(v1.first(spell), v1.subspan(second, spell))), 0.5);
}

// 240 to 540 waves a minute, counted as upward zero crossings. (Chou's Electrocardiography: 350 to 600; the simulator
// draws means from 300 on.)
TEST(SimdbFibrillation, HasFourToNineWavesASecond) {
  for (int i = 0; i < 8; ++i) {
    const std::vector<float> v1 = f_waves(simdb::make_patient(SimulationOptions{}, i))[simdb::kV1];
    int waves = 0;
    for (std::size_t k = 1; k < v1.size(); ++k) waves += v1[k - 1] < 0 && v1[k] >= 0;
    EXPECT_GT(waves, 4 * 60);
    EXPECT_LT(waves, 9 * 60);
  }
}

// How alike what is before a beat's QRS complex (0.28 to 0.09 s) is to the tenth likest of the forty beats around:
// near 1 where P waves are, low where atria fibrillate. Median of the beats.
double recurrence(const Record& record) {
  std::vector<std::int64_t> beats;
  for (const Annotation& annotation : record.annotations) {
    if (is_beat(annotation.code)) beats.push_back(annotation.sample);
  }
  const std::vector<std::string> leads = {"MLII"};
  const features::TemplateBeat usual = features::find_template_beat({record, beats, {}, leads});
  std::vector<double> alike;
  for (std::size_t i = 20; i + 20 < beats.size(); ++i) {
    std::vector<double> correlations;
    for (std::size_t j = i - 20; j <= i + 20; ++j) {
      if (j == i) continue;
      const auto p = features::part_of(usual.beats[j].windows, features::kPBegin, features::kPEnd);
      correlations.push_back(features::compare_p(usual.beats[i].windows, p).correlation);
    }
    std::ranges::nth_element(correlations, correlations.begin() + 9, std::greater{});
    alike.push_back(correlations[9]);
  }
  return median(alike);
}

// Record 203 of mitdb, of the training half, is in atrial fibrillation, 101 in sinus rhythm.
TEST(Full_SimdbFibrillation, ComesAgainAsLittleAsInMitdb) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const double fibrillating = recurrence(read_record(folder / "203"));
  EXPECT_GT(recurrence(read_record(folder / "101")), 0.85);
  EXPECT_LT(fibrillating, 0.65);
  std::cout << "median correlation with the tenth likest, 203: " << fibrillating << '\n';
  SimulationOptions options;
  options.duration_s = 300;
  double sum = 0;
  int seen = 0;
  for (int i = 0; i < kRecords; ++i) {
    if (simdb::diagnoses()[static_cast<std::size_t>(i)].rhythm != simdb::Rhythm::fibrillation) continue;
    const double simulated = recurrence(simulate_record(options, i));
    std::cout << simdb_record_id(i) << ": " << simulated << '\n';
    EXPECT_NEAR(simulated, fibrillating, 0.13) << simdb_record_id(i);
    sum += simulated, ++seen;
  }
  ASSERT_GE(seen, 3);
  EXPECT_LT(sum / seen, 0.62);
}

// Spells of fibrillation in a record in sinus rhythm: 90 to 146 beats a minute, which no treatment slows.
TEST(SimdbFibrillation, SpellsAreFast) {
  int seen = 0;
  for (const Planned& record : database()) {
    if (record.patient.diagnosis->rhythm == simdb::Rhythm::fibrillation) continue;
    for (const simdb::Span& span : record.plan.fibrillation) {
      int beats = 0;
      for (const PlannedBeat& beat : record.plan.beats) beats += span.contains(beat.onset_s);
      const double a_minute = 60 * beats / (std::min(span.end_s, 1800.0) - span.begin_s);
      EXPECT_GT(a_minute, 80);
      EXPECT_LT(a_minute, 160);
      ++seen;
    }
  }
  EXPECT_GE(seen, 5);
  SimulationOptions options;
  options.records = 200;
  for (int i = 0; i < options.records; ++i) {
    const double rr_s = simdb::make_patient(options, i).fibrillation_rr_s;
    EXPECT_GE(rr_s, 0.4);
    EXPECT_LE(rr_s, 0.67);
  }
}

// Sinus bradycardia with frequent atrial beats: slower than 60 a minute by itself, most beats ectopic, and pauses.
TEST(SimdbSickSinus, AtrialBeatsFollowOneAnotherUntilTheSlowNodeIsBack) {
  int records = 0;
  for (const Planned& record : database()) {
    const int most = record.patient.diagnosis->atrial_group;
    if (most == 0) continue;
    ++records;
    EXPECT_GE(record.patient.rate.mean_rr_s, 1.0);
    int atrial = 0, early = 0, all = 0, in_a_row = 0, pauses = 0;
    double last_s = 0;
    for (const PlannedBeat& beat : record.plan.beats) {
      const bool ectopic = beat.symbol == 'A';
      const double before_s = beat.onset_s - last_s;
      in_a_row = ectopic ? in_a_row + 1 : 0;
      EXPECT_LE(in_a_row, most);
      if (ectopic) {
        EXPECT_LT(before_s, 1.05 * record.patient.rate.mean_rr_s) << "before the sinus node";
        early += before_s < 0.85 * record.patient.rate.mean_rr_s;
        EXPECT_EQ(beat.atrial, simdb::AtrialWave::ectopic);
      }
      pauses += before_s > 1.5 * record.patient.rate.mean_rr_s;
      atrial += ectopic;
      ++all;
      last_s = beat.onset_s;
    }
    EXPECT_GT(atrial, all / 2);
    EXPECT_GT(early, atrial / 2);
    EXPECT_GT(pauses, 5);
  }
  EXPECT_EQ(records, 1);
}

}  // namespace
}  // namespace beatbench
