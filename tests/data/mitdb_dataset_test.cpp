// Splits of the MIT-BIH Arrhythmia Database against published counts. Every test reads all of it.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>
#include <set>

#include "beatbench/data/dataset.h"
#include "beatbench/data/protocol.h"
#include "data/made_up_data.h"
#include "support/recordings.h"

namespace beatbench {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::class_counts;

// Labels and places only, without filtering: windows of one sample.
const Dataset& rows_of(const std::filesystem::path& folder, const std::string& class_map) {
  static std::map<std::string, Dataset> loaded;
  const auto [place, is_new] = loaded.try_emplace(class_map);
  if (is_new) {
    Preprocessing preprocessing;
    preprocessing.before_samples = 0;
    preprocessing.after_samples = 1;
    preprocessing.filter.order = 0;
    preprocessing.scaling = "none";
    preprocessing.class_map = class_map;
    place->second = load_database(open_database(folder.string()), preprocessing, tests::strictly());
  }
  return place->second;
}

std::map<std::string, int> by_name(const Dataset& dataset, const std::vector<std::uint32_t>& rows) {
  std::map<std::string, int> counts;
  for (const auto& [label, n] : class_counts(dataset.windows, rows)) {
    counts[dataset.class_names.at(static_cast<std::size_t>(label))] = n;
  }
  return counts;
}

std::vector<std::uint32_t> all_rows(const Dataset& dataset) {
  std::vector<std::uint32_t> rows(dataset.windows.size());
  for (std::uint32_t i = 0; i < rows.size(); ++i) rows[i] = i;
  return rows;
}

std::set<std::string> records_in(const Dataset& dataset, const std::vector<std::uint32_t>& rows) {
  std::set<std::string> records;
  for (const std::uint32_t row : rows) records.insert(dataset.windows.records[dataset.windows.rows[row].record].id);
  return records;
}

std::vector<std::uint32_t> rows_of_record(const Dataset& dataset, const std::string& record) {
  std::vector<std::uint32_t> rows;
  for (const std::uint32_t row : all_rows(dataset)) {
    if (dataset.windows.records[dataset.windows.rows[row].record].id == record) rows.push_back(row);
  }
  return rows;
}

// The counts of mitdb's annotations (its directory, table 3) for the eight symbols of Jun et al. 2018.
TEST(Full_MitdbDataset, EightClasses) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const Dataset& dataset = rows_of(folder, "paper8");
  EXPECT_EQ(dataset.windows.size(), 107'668);
  EXPECT_EQ(dataset.annotations_left_out, 112'647 - 107'668);
  EXPECT_EQ(by_name(dataset, all_rows(dataset)), (std::map<std::string, int>{{"NOR", 75'052},
                                                                             {"PVC", 7'130},
                                                                             {"PAB", 7'028},
                                                                             {"RBB", 7'259},
                                                                             {"LBB", 8'075},
                                                                             {"APC", 2'546},
                                                                             {"VFW", 472},
                                                                             {"VEB", 106}}));
}

// De Chazal et al. 2004 and, with these very metrics, the surveys that followed; recounted from the annotation files.
TEST(Full_MitdbDataset, ClassesOfDs1AndDs2) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const Dataset& dataset = rows_of(folder, "aami5");
  const Split split = make_split("inter-patient", dataset.windows, open_database(folder.string()), {});
  std::vector<std::uint32_t> ds1 = split.training;
  ds1.insert(ds1.end(), split.validation.begin(), split.validation.end());
  EXPECT_EQ(ds1.size(), 51'021);
  EXPECT_EQ(by_name(dataset, ds1),
            (std::map<std::string, int>{{"N", 45'866}, {"S", 944}, {"V", 3'788}, {"F", 415}, {"Q", 8}}));
  EXPECT_EQ(split.test.size(), 49'712);
  EXPECT_EQ(by_name(dataset, split.test),
            (std::map<std::string, int>{{"N", 44'259}, {"S", 1'837}, {"V", 3'221}, {"F", 388}, {"Q", 7}}));
}

// What the database's description says of them: validation must not take 208, reports must set 232 and 213 apart.
TEST(Full_MitdbDataset, FewRecordsHoldMostOfAClass) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const Dataset& dataset = rows_of(folder, "aami5");
  EXPECT_EQ(by_name(dataset, rows_of_record(dataset, "208"))["F"], 373);
  EXPECT_EQ(by_name(dataset, rows_of_record(dataset, "213"))["F"], 362);
  EXPECT_EQ(by_name(dataset, rows_of_record(dataset, "232"))["S"], 1'382);
}

TEST(Full_MitdbDataset, InterPatientValidationIsWholeRecordsOfDs1) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const Database database = open_database(folder.string());
  for (const char* class_map : {"aami5", "paper8"}) {
    const Dataset& dataset = rows_of(folder, class_map);
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      const Split split = make_split("inter-patient", dataset.windows, database, {.seed = seed});
      const auto validation = records_in(dataset, split.validation), training = records_in(dataset, split.training);
      EXPECT_EQ(validation.size(), 2) << "a tenth of 22 records";
      EXPECT_FALSE(validation.contains("208"));
      EXPECT_EQ(validation.size() + training.size(), 22) << "no record is in both";
      for (const std::string& record : validation) EXPECT_THAT(database.training_records, Contains(record));
      EXPECT_THAT(records_in(dataset, split.test), testing::ElementsAreArray(database.test_records));
      EXPECT_THAT(split.notes, Contains(HasSubstr("201 (training) and 202 (test) are of one subject")));
      EXPECT_THAT(split.notes, Contains("leak: subjects on both sides of training (with validation) and test: 201"));
    }
  }
}

TEST(Full_MitdbDataset, RandomSplitMixesPatientsAndHoldsEveryBeat) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const Dataset& dataset = rows_of(folder, "paper8");
  const Split split = make_split("random", dataset.windows, open_database(folder.string()), {});
  EXPECT_EQ(split.label(), "random (intra-patient)");
  EXPECT_EQ(split.training.size() + split.validation.size() + split.test.size(), 107'668);
  EXPECT_EQ(by_name(dataset, split.test), (std::map<std::string, int>{{"NOR", 7'505},
                                                                      {"PVC", 713},
                                                                      {"PAB", 703},
                                                                      {"RBB", 726},
                                                                      {"LBB", 808},
                                                                      {"APC", 255},
                                                                      {"VFW", 47},
                                                                      {"VEB", 11}}));
}

// With filter and scaling, as models get it: 32 of 109,494 beats cross an edge, of which `binary` leaves none out.
TEST(Full_MitdbDataset, EveryBeatAndThoseAtTheEdges) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  Preprocessing preprocessing;
  preprocessing.class_map = "binary";
  const Dataset dataset = load_database(open_database(folder.string()), preprocessing, tests::strictly());
  EXPECT_EQ(by_name(dataset, all_rows(dataset)),
            (std::map<std::string, int>{{"normal", 75'052}, {"abnormal", 109'494 - 75'052}}));
  EXPECT_EQ(dataset.windows.edge_windows, 32);
  EXPECT_EQ(dataset.windows.values.size(), 109'494U * 216U);
  EXPECT_TRUE(std::ranges::all_of(dataset.windows.values, [](float value) { return std::isfinite(value); }));
  const auto seconds = time_preparation(open_database(folder.string()), preprocessing, 4);
  EXPECT_EQ(seconds.size(), 4);
  EXPECT_TRUE(std::ranges::all_of(seconds, [](double s) { return s > 0; }));
}

// 102 has V5 and V2 only, 114 has MLII second.
TEST(MitdbDataset, DoesNotDependOnTheNumberOfThreads) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const Database database = open_database(folder.string());
  const std::vector<std::string> records = {"102", "114", "202", "207"};
  const Dataset one = load_database(database, {}, tests::with_records(records, 1));
  const Dataset three = load_database(database, {}, tests::with_records(records, 3));
  EXPECT_EQ(one.hash, three.hash);
  EXPECT_EQ(one.windows.values, three.windows.values);
  EXPECT_THAT(one.windows.records, ElementsAre(RecordName{"102", "102"}, RecordName{"114", "114"},
                                               RecordName{"202", "201"}, RecordName{"207", "207"}));
  EXPECT_EQ(one.windows.records, three.windows.records);
}

}  // namespace
}  // namespace beatbench
