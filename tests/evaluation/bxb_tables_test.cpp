// The comparison held against the tables of bxb of the WFDB Software Package 10.7, which lie in
// $BEATBENCH_DATA/reference with the annotations that they are about: two detectors (gqrs, sqrs) and a made-up
// classifier (sim) on mitdb.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <sstream>

#include "beatbench/core/files.h"
#include "beatbench/evaluation/beat_matching.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "support/recordings.h"

namespace beatbench {
namespace {

using Cells = std::vector<std::string>;

struct Table {
  const char* name;
  BeatComparisonOptions options;
};

constexpr Table kTables[] = {{"ec57", {360, 0.150, 300}}, {"full", {360, 0.150, 0}}, {"full50", {360, 0.050, 0}}};

std::map<std::string, Cells> read_table(const std::filesystem::path& file) {
  std::map<std::string, Cells> rows;
  std::istringstream text(read_text_file(file));
  for (std::string line; std::getline(text, line);) {
    std::istringstream words(line);
    std::string name;
    words >> name;
    for (std::string cell; words >> cell;) rows[name].push_back(cell);
  }
  return rows;
}

std::vector<Annotation> annotations(const std::filesystem::path& file) {
  Record record;
  record.sampling_rate_hz = 360;
  return annotations_of_record(record, read_binary_file(file), file.string());
}

// The 19 counts of a row. What bxb marks with a prime is summed: n' is n f q, F' is F Q.
Cells counts_as_bxb_prints_them(const std::vector<BeatComparison>& comparisons) {
  using enum Ec57Class;
  const auto sum = [&](std::initializer_list<Ec57Class> reference, std::initializer_list<Ec57Class> test) {
    std::int64_t total = 0;
    for (const BeatComparison& comparison : comparisons) {
      for (const Ec57Class r : reference) {
        for (const Ec57Class t : test) total += comparison.count(r, t);
      }
    }
    return std::to_string(total);
  };
  Cells cells;
  for (const auto& test : {std::initializer_list{N, F, Q}, {S}, {V}, {none}}) {
    for (const auto& reference : {std::initializer_list{N}, {S}, {V}, {F, Q}, {none}}) {
      cells.push_back(sum(reference, test));
    }
  }
  cells.pop_back();  // nothing against nothing
  return cells;
}

std::string printed(const Metric& metric, double scale) {
  if (!metric.value) return "-";
  char text[32];
  std::snprintf(text, sizeof text, "%.2f", scale * *metric.value);
  return text;
}

// A record's line is bxb's own; sums, gross and average below them are by sumstats.
Cells metrics_as_printed(const Ec57Metrics& f, const Metric& s_positive_predictivity) {
  Cells cells;
  for (const Metric* metric : {&f.sensitivity, &f.positive_predictivity, &f.v_sensitivity, &f.v_positive_predictivity,
                               &f.s_sensitivity, &s_positive_predictivity}) {
    cells.push_back(printed(*metric, 100));
  }
  return cells;
}

Cells operator+(Cells a, const Cells& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

TEST(BxbTables, AreReproducedToTheBeat) {
  BEATBENCH_NEED_DATABASE(mitdb, "mitdb");
  BEATBENCH_NEED_DATABASE(reference_folder, "reference");
  const std::vector<std::string> records = read_record_list(mitdb);
  ASSERT_EQ(records.size(), 48U);
  for (const std::string annotator : {"gqrs", "sqrs", "sim"}) {
    for (const Table& table : kTables) {
      SCOPED_TRACE(annotator + " " + table.name);
      const auto rows = read_table(reference_folder / ("bxb-" + annotator + "-" + table.name + ".txt"));
      std::vector<BeatComparison> all;
      for (const std::string& name : records) {
        const BeatMarks reference = beat_marks(annotations(mitdb / (name + ".atr")));
        const BeatMarks test = beat_marks(annotations(reference_folder / (name + "." + annotator)));
        all.push_back(compare_beats(reference, test, table.options));
        const Ec57Metrics metrics = ec57_metrics(all.back());
        EXPECT_EQ(counts_as_bxb_prints_them({all.back()}) +
                      metrics_as_printed(metrics, metrics.s_positive_predictivity) +
                      Cells{printed(metrics.rr_error_ms, 1)},
                  rows.at(name))
            << "record " << name;
      }
      EXPECT_EQ(counts_as_bxb_prints_them(all), rows.at("Sum"));
      const Ec57Metrics gross = ec57_metrics(all), average = average_ec57_metrics(all);
      EXPECT_EQ(metrics_as_printed(gross, gross.s_positive_predictivity_sumstats), rows.at("Gross"));
      EXPECT_EQ(metrics_as_printed(average, average.s_positive_predictivity_sumstats) +
                    Cells{printed(average.rr_error_ms, 1)},
                rows.at("Average"));
      const Cells& totals = rows.at("Total");  // "QRS complexes: 91285 Total VEBs: 6101 Total SVEBs: 2745"
      EXPECT_EQ(std::to_string(average.beats), totals.at(2));
      EXPECT_EQ(std::to_string(average.ventricular), totals.at(5));
      EXPECT_EQ(std::to_string(average.supraventricular), totals.at(8));
    }
  }
}

}  // namespace
}  // namespace beatbench
