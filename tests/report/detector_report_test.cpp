#include "beatbench/report/detector_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <sstream>

#include "beatbench/core/files.h"
#include "beatbench/report/metrics_json.h"
#include "support/report_schema.h"

namespace beatbench {
namespace {

using nlohmann::json;
using tests::ReportSchema;

// Ten beats from 5:00 on, at 1 Hz, of which `missed` are not found in the noisy half.
StressedRecord stressed(const std::string& record, double snr_db, int missed) {
  std::vector<std::int64_t> beats, found;
  for (int i = 0; i < 10; ++i) {
    beats.push_back(310 + 24 * i);  // five before 7:00
    if (i >= missed) found.push_back(beats.back());
  }
  const BeatComparison comparison =
      compare_beats(beat_marks(beats), beat_marks(found), {.sampling_rate_hz = 1, .window_s = 2, .start_s = 300});
  return stressed_record(record, snr_db, comparison, 600);
}

DetectorReport stress_report() {
  DetectorReport report;
  report.data = "nstdb";
  report.data_hash = "00";
  report.lead = "first";
  report.records = 2;
  DetectorResult result;
  result.name = "mine";
  result.scores.resize(1);
  result.scores[0].rule = "ec57";
  result.scores[0].gross = result.scores[0].average = ec57_metrics(stressed("118e24", 24, 1).from_5_min);
  result.noise_stress =
      stress_levels(std::vector{stressed("118e24", 24, 0), stressed("119e24", 24, 1), stressed("118e_6", -6, 4)});
  report.detectors = {result};
  report.gqrs_noise_stress =
      stress_levels(std::vector{stressed("118e24", 24, 2), stressed("119e24", 24, 2), stressed("119e_6", -6, 5)});
  report.system = measure_system_info({});
  return report;
}

using Cells = std::vector<std::string>;

// The words of each line but the rule below the heading.
std::vector<Cells> lines_of(const Table& table) {
  std::vector<Cells> out;
  std::istringstream text(table.text());
  for (std::string line, word; std::getline(text, line);) {
    if (line.starts_with("-")) continue;
    std::istringstream words(line);
    for (out.emplace_back(); words >> word;) out.back().push_back(word);
  }
  return out;
}

TEST(DetectorReport, ShowsTheNoiseStressTestBesideGqrs) {
  EXPECT_THAT(lines_of(detector_noise_stress_table(stress_report(), false)),
              testing::ElementsAre(Cells{"beats", "SNR,", "dB", "mine", "Se", "/", "+P", "gqrs", "Se", "/", "+P"},
                                   Cells{"from", "5:00", "24", "95.00", "/", "100.00", "80.00", "/", "100.00"},
                                   Cells{"from", "5:00", "-6", "60.00", "/", "100.00", "50.00", "/", "100.00"},
                                   Cells{"noisy", "stretches", "24", "90.00", "/", "100.00", "60.00", "/", "100.00"},
                                   Cells{"noisy", "stretches", "-6", "20.00", "/", "100.00", "0.00", "/", "-"}));
  const std::vector<Cells> records = lines_of(detector_noise_stress_table(stress_report(), true));
  ASSERT_EQ(records.size(), 1U + 2 * 3);
  EXPECT_EQ(records[2], (Cells{"from", "5:00", "24", "119e24", "90.00", "/", "100.00", "80.00", "/", "100.00"}));
  EXPECT_EQ(records[3], (Cells{"from", "5:00", "-6", "118e_6", "60.00", "/", "100.00", "-"})) << "gqrs lacks it";
}

TEST(DetectorReport, KeepsItsSchemaWithANoiseStressTest) {
  const json report = json::parse(report_text(to_json(stress_report())));
  EXPECT_EQ(ReportSchema("detectors").complaints(report), "");
  const json& levels = report.at("detectors")[0].at("noise_stress");
  ASSERT_EQ(levels.size(), 2U);
  EXPECT_EQ(levels[0].at("snr_db"), 24);
  EXPECT_EQ(levels[0].at("gross").at("noisy").at("beats"), 10);
  EXPECT_EQ(levels[0].at("records").at("119e24").at("noisy").at("missed"), 1);
  EXPECT_EQ(levels[1].at("gross").at("from_5_min").at("sensitivity"), 0.6);
  EXPECT_EQ(report.at("gqrs_noise_stress").size(), 2U);
  DetectorReport clean = stress_report();
  clean.gqrs_noise_stress.clear();
  clean.detectors[0].noise_stress.clear();
  const json without = json::parse(report_text(to_json(clean)));
  EXPECT_EQ(ReportSchema("detectors").complaints(without), "");
  EXPECT_TRUE(without.at("gqrs_noise_stress").empty());
  EXPECT_FALSE(without.at("detectors")[0].contains("noise_stress"));
}

}  // namespace
}  // namespace beatbench
