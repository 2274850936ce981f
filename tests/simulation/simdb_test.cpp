#include "beatbench/simulation/simdb.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "simulation/patient_model.h"
#include "simulation/simdb_database.h"

namespace beatbench {
namespace {

SimulationOptions short_options(double duration_s) {
  SimulationOptions options;
  options.duration_s = duration_s;
  return options;
}

TEST(SimdbSplit, HalfOfTheSubjectsAndEveryClassOnBothSides) {
  for (const char* map_name : {"paper8", "aami5"}) {
    const ClassMap& map = require_class_map(map_name);
    std::map<std::pair<bool, int>, int> beats;
    std::map<std::pair<bool, int>, std::set<int>> subjects;
    int training = 0;
    for (int i = 0; i < kRecords; ++i) {
      training += simdb_is_training_subject(i);
      for (const PlannedBeat& beat : database()[static_cast<std::size_t>(i)].plan.beats) {
        const auto label = map.label_of(code_of(std::string_view(&beat.symbol, 1)).value());
        if (!label) continue;
        const std::pair<bool, int> cell{simdb_is_training_subject(i), *label};
        ++beats[cell];
        subjects[cell].insert(i);
      }
    }
    EXPECT_EQ(training, kRecords / 2);
    for (int label = 0; label < static_cast<int>(map.classes.size()); ++label) {
      for (const bool side : {false, true}) {
        const std::pair<bool, int> cell{side, label};
        const std::string where = map.name + " " + map.classes[static_cast<std::size_t>(label)].name;
        EXPECT_GE(beats[cell], 60) << where << (side ? " training" : " test");
        EXPECT_GE(subjects[cell].size(), 2U) << where << (side ? " training" : " test");
      }
    }
  }
}

TEST(SimdbSplit, RepeatsAfter48) { EXPECT_EQ(simdb_is_training_subject(2), simdb_is_training_subject(50)); }

TEST(SimdbCounts, AreLikeMitdb) {
  std::map<char, int> total;
  int left = 0, right = 0, paced = 0, flutter = 0, beats = 0;
  for (const Planned& record : database()) {
    const auto count = counts(record);
    const auto has = [&](char symbol, int least) { return count.contains(symbol) && count.at(symbol) >= least; };
    left += has('L', 1000), right += has('R', 300), paced += has('/', 1000), flutter += has('!', 60);
    for (const auto& [symbol, n] : count) total[symbol] += n;
  }
  for (const auto& [symbol, n] : total) beats += is_beat(code_of(std::string_view(&symbol, 1)).value()) ? n : 0;
  // 232, half of whose beats are premature, has the fewest R of mitdb's six: 397.
  EXPECT_EQ(left, 4);
  EXPECT_EQ(right, 6);
  EXPECT_EQ(paced, 4);
  EXPECT_EQ(flutter, 4);
  const auto between = [&](char symbol, int low, int high) {
    EXPECT_GE(total[symbol], low) << symbol;
    EXPECT_LE(total[symbol], high) << symbol;
  };
  // mitdb: 109,494 beats, N 75052, V 7130, A 2546, F 803, f 982, j 229, a 150, J 83, E 106, e 16, S 2, Q 33.
  EXPECT_GT(beats, 95000);
  EXPECT_LT(beats, 120000);
  between('N', 60000, 85000);
  between('V', 4500, 10000);
  between('A', 1500, 4000);
  between('F', 400, 1200);
  between('f', 400, 1400);
  between('j', 80, 500);
  between('a', 60, 400);
  between('J', 40, 200);
  between('E', 100, 600);
  between('e', 8, 60);
  between('S', 1, 30);
  between('Q', 5, 80);
  between('x', 20, 300);
}

TEST(SimdbCounts, FewPatientsHoldMostEctopicBeats) {
  std::vector<int> ventricular;
  for (const Planned& record : database()) {
    const auto count = counts(record);
    ventricular.push_back(count.contains('V') ? count.at('V') : 0);
  }
  std::ranges::sort(ventricular, std::greater<>());
  const int all = std::accumulate(ventricular.begin(), ventricular.end(), 0);
  EXPECT_GT(std::accumulate(ventricular.begin(), ventricular.begin() + 12, 0), all * 3 / 4);
  EXPECT_LT(ventricular[24], 100);
}

TEST(SimdbRecord, HasTheShapeOfMitdb) {
  const SimulationOptions options;
  const Record record = simulate_record(options, 7);
  EXPECT_EQ(record.id, "s008");
  EXPECT_EQ(record.subject, "s008");
  EXPECT_EQ(record.sampling_rate_hz, 360.0);
  EXPECT_EQ(record.length_samples(), 650000U);
  ASSERT_EQ(record.leads.size(), 2U);
  EXPECT_EQ(record.leads[0].name, "MLII");
  EXPECT_EQ(record.leads[1].name, "V1");
  for (const Lead& lead : record.leads) {
    EXPECT_EQ(lead.samples.size(), 650000U);
    EXPECT_EQ(lead.gain, 200.0);
    EXPECT_EQ(lead.baseline, 1024);
    EXPECT_EQ(lead.adc_zero, 1024);
    EXPECT_EQ(lead.adc_resolution_bits, 11);
  }
  EXPECT_THAT(record.comments, testing::Contains(testing::HasSubstr("SIMULATED")));
  EXPECT_THAT(record.comments, testing::Contains(testing::HasSubstr("ventricular pacemaker")));
  EXPECT_THAT(record.comments, testing::Contains(testing::HasSubstr("Seed: 1")));
  EXPECT_EQ(record.annotations.front().code, codes::rhythm);
  EXPECT_EQ(record.annotations.front().aux, "(P");
}

TEST(SimdbRecord, SamplesFitTheConverterAndAnnotationsAreInOrder) {
  for (const int index : {0, 4, 8, 13, 15, 16, 19, 28, 31, 37}) {
    const Record record = simulate_record(short_options(120), index);
    std::size_t saturated = 0;
    for (const Lead& lead : record.leads) {
      for (const std::int32_t sample : lead.samples) {
        ASSERT_GE(sample, 0);
        ASSERT_LE(sample, 2047);
        saturated += sample == 0 || sample == 2047;
      }
    }
    EXPECT_LT(saturated, record.length_samples() / 500) << record.id;
    std::int64_t last = -1;
    for (const Annotation& annotation : record.annotations) {
      ASSERT_GT(annotation.sample, last) << record.id;
      ASSERT_LT(annotation.sample, static_cast<std::int64_t>(record.length_samples()));
      last = annotation.sample;
    }
  }
}

TEST(SimdbRecord, BeatsAreAnnotatedAtALocalExtremumOfTheHeartSignal) {
  for (const int index : {0, 3, 5, 7, 10, 13, 15, 16, 17, 19, 30, 33}) {
    const simdb::CleanRecord clean = simdb::simulate_clean(short_options(300), index);
    const std::vector<float>& lead = clean.leads[simdb::kMlii];
    int extrema = 0, all = 0, flutter_extrema = 0, flutter = 0;
    for (std::size_t i = 0; i < clean.peaks.size(); ++i) {
      const auto p = static_cast<std::size_t>(clean.peaks[i]);
      if (is_one_of(clean.plan.beats[i].symbol, "[]xp") || clean.peaks[i] < 1 || p + 1 >= lead.size()) continue;
      const bool extremum = (lead[p] - lead[p - 1]) * (lead[p] - lead[p + 1]) >= 0;
      const bool flutters = clean.plan.beats[i].symbol == '!';
      (flutters ? flutter : all) += 1;
      (flutters ? flutter_extrema : extrema) += extremum;
    }
    EXPECT_GT(all, 200);
    EXPECT_GE(flutter_extrema, 0.9 * flutter) << "other waves may swallow a few";
    EXPECT_GE(extrema, 0.99 * all) << simdb_record_id(index) << " " << clean.patient.diagnosis->text;
  }
}

TEST(SimdbRecord, NoiseIsThatOfAnAmbulatoryRecording) {
  for (const int index : {0, 11, 26, 46}) {
    const SimulationOptions options = short_options(300);
    simdb::CleanRecord clean = simdb::simulate_clean(options, index);
    const simdb::Leads heart = clean.leads;
    const auto noisy = simdb::add_noise(clean.patient, options.sampling_rate_hz, 5, clean.leads);
    for (std::size_t l = 0; l < heart.signals.size(); ++l) {
      double squares = 0;
      for (std::size_t i = 0; i < heart[l].size(); ++i) squares += std::pow(clean.leads[l][i] - heart[l][i], 2);
      const double sd = std::sqrt(squares / static_cast<double>(heart[l].size()));
      EXPECT_GT(sd, 0.01);
      EXPECT_LT(sd, 0.4);
    }
    for (std::size_t i = 1; i < noisy.size(); ++i) EXPECT_GT(noisy[i].begin_s, noisy[i - 1].end_s);
  }
}

TEST(SimdbRecord, DependsOnSeedAndIndexOnly) {
  SimulationOptions options = short_options(30);
  const Record first = simulate_record(options, 3);
  options.records = 4;
  const Record again = simulate_record(options, 3);
  EXPECT_EQ(first.leads, again.leads);
  EXPECT_EQ(first.annotations, again.annotations);
  EXPECT_EQ(first.comments, again.comments);
  options.seed = 2;
  EXPECT_NE(first.leads, simulate_record(options, 3).leads);
  options.seed = 1;
  options.records = 52;
  EXPECT_NE(first.leads, simulate_record(options, 51).leads) << "the same diagnosis in another patient";
}

TEST(SimdbRecord, AnotherRateShowsTheSameHeart) {
  SimulationOptions options = short_options(60);
  const auto at_360 = simdb::simulate_clean(options, 9);
  options.sampling_rate_hz = 500;
  const auto at_500 = simdb::simulate_clean(options, 9);
  EXPECT_EQ(at_500.leads[0].size(), 30000U);
  ASSERT_EQ(at_360.peaks.size(), at_500.peaks.size());
  for (std::size_t i = 0; i < at_360.peaks.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(at_360.peaks[i]) / 360.0, static_cast<double>(at_500.peaks[i]) / 500.0, 0.003);
  }
}

TEST(SimdbRecord, RefusesWhatItCannotMake) {
  const auto expect_refused = [](const SimulationOptions& options, int index, const char* named) {
    try {
      simulate_record(options, index);
      ADD_FAILURE() << named << " was accepted";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage);
      EXPECT_THAT(error.what(), testing::HasSubstr(named));
    }
  };
  expect_refused({}, 48, "record index");
  expect_refused({}, -1, "record index");
  expect_refused({.records = 0}, 0, "records");
  expect_refused(short_options(1), 0, "duration");
  expect_refused(short_options(std::nan("")), 0, "duration");
  expect_refused({.sampling_rate_hz = 50}, 0, "sampling rate");
}

}  // namespace
}  // namespace beatbench
