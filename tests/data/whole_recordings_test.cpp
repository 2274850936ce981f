#include <gmock/gmock.h>

#include <cmath>
#include <map>
#include <set>

#include "beatbench/core/files.h"
#include "beatbench/core/label_map.h"
#include "beatbench/data/dataset.h"
#include "beatbench/data/protocol.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/simulation/simdb12.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using tests::TestFolder;

Preprocessing of_recordings(const char* label_map = "ribeiro6") {
  Preprocessing preprocessing = default_preprocessing("recording");
  preprocessing.class_map = label_map;
  preprocessing.class_names = require_label_map(label_map).class_names();
  return preprocessing;
}

std::vector<float> input_of(const BeatSet& set, std::uint32_t row) { return inputs_of(set, {&row, 1}); }

// Four simulated recordings; what is stated of them can be chosen.
Database small_database(const TestFolder& folder, const std::vector<std::string>& dx) {
  std::string list;
  for (std::size_t i = 0; i < dx.size(); ++i) {
    Record record = simulate_recording12({}, static_cast<int>(i));
    record.comments = {"Age: 50"};
    if (!dx[i].empty()) record.comments.push_back("Dx: " + dx[i]);
    write_record(record, folder.path(), 16, "");
    list += record.id + "\n";
  }
  write_file_atomically(folder / "RECORDS", list);
  return open_database(folder.path().string());
}

TEST(Statements, AreTheCodesOfDxComments) {
  EXPECT_THAT(statements_in({"Age: 74", " Dx: 59118001, 426177001", "Rx: Unknown"}),
              ElementsAre("59118001", "426177001"));
  EXPECT_THAT(statements_in({"Dx:164889003"}), ElementsAre("164889003"));
  EXPECT_THAT(statements_in({"Dx: 426783006"}), ElementsAre("426783006", "NORM"));
  EXPECT_THAT(statements_in({"Dx: 426783006,59118001"}), ElementsAre("426783006", "59118001"));
  EXPECT_THAT(statements_in({"Dx:", "Diagnosis: none"}), ElementsAre());
}

TEST(WholeRecordings, OfAFolderWithDxComments) {
  const TestFolder folder;
  const Database database = small_database(folder, {"713427006,164889003", "426783006", "", "270492004"});
  EXPECT_EQ(database.form, DataForm::recordings);
  const Dataset dataset = load_database(database, of_recordings(), {});
  ASSERT_EQ(dataset.windows.size(), 3U) << "one has no statement";
  EXPECT_EQ(dataset.annotations_left_out, 1U);
  EXPECT_EQ(dataset.windows.rows[0].classes, 0b010010U);
  EXPECT_EQ(dataset.windows.rows[0].label, 1);
  EXPECT_EQ(dataset.windows.rows[1].classes, 0U);
  EXPECT_EQ(dataset.windows.rows[1].label, -1);
  EXPECT_EQ(dataset.windows.rows[2].classes, 0b000001U);
  EXPECT_EQ(dataset.windows.records[dataset.windows.rows[2].record].id, "t0004");
}

TEST(WholeRecordings, AreReadWhenTheyAreAskedFor) {
  const TestFolder folder;
  const Database database = small_database(folder, {"164889003", "270492004"});
  const Dataset dataset = load_database(database, of_recordings(), {});
  EXPECT_TRUE(dataset.windows.values.empty()) << "the set is not held in memory";
  EXPECT_TRUE(dataset.windows.has_inputs());
  const std::vector<float> first = input_of(dataset.windows, 0), second = input_of(dataset.windows, 1);
  ASSERT_EQ(first.size(), 12U * 4096U);
  EXPECT_NE(first, second);
  EXPECT_EQ(first, input_of(dataset.windows, 0));
  const std::uint32_t row = 1;
  EXPECT_EQ(input_of(select_beats(dataset.windows, {&row, 1}), 0), second) << "a part reads the same";

  BeatSet joined = dataset.windows;
  join_beats(joined, dataset.windows, "more/");
  EXPECT_EQ(input_of(joined, 3), second) << "a name says whose reader it is for";

  std::filesystem::remove(folder / "t0001.dat");
  EXPECT_ERROR(input_of(dataset.windows, 0), ErrorKind::io, "t0001.dat");
}

TEST(WholeRecordings, ThatHaveChangedMeanwhileAreRefused) {
  const TestFolder folder;
  const Database database = small_database(folder, {"164889003", "270492004"});
  const Dataset dataset = load_database(database, of_recordings(), {});
  EXPECT_NO_THROW(input_of(dataset.windows, 0));
  Record other = simulate_recording12({}, 2);
  other.id = "t0001";
  write_record(other, folder.path(), 16, "");
  EXPECT_ERROR(input_of(dataset.windows, 0), ErrorKind::data, "t0001", "has changed");
  EXPECT_NO_THROW(input_of(dataset.windows, 1));
}

TEST(WholeRecordings, LabelsAloneHaveNoInputs) {
  const TestFolder folder;
  LoadOptions options;
  options.only_labels = true;
  const Dataset labels = load_database(small_database(folder, {"164889003", "270492004"}), of_recordings(), options);
  EXPECT_EQ(labels.windows.size(), 2U);
  EXPECT_FALSE(labels.windows.has_inputs());
}

TEST(WholeRecordings, ASingleClassIsEnough) {
  const TestFolder folder;
  const Database database = small_database(folder, {"426783006", "164889003"});
  const Dataset dataset = load_database(database, of_recordings("abnormal"), {});
  EXPECT_THAT(dataset.class_names, ElementsAre("abnormal"));
  EXPECT_EQ(dataset.windows.rows[0].classes, 0U);
  EXPECT_EQ(dataset.windows.rows[1].classes, 1U);
}

TEST(WholeRecordings, WhatDoesNotFitIsRefused) {
  const TestFolder folder, bare;
  const Database database = small_database(folder, {"164889003", "270492004"});
  EXPECT_ERROR(load_database(database, Preprocessing(), {}), ErrorKind::unsupported, folder.path().c_str(),
               "whole recordings");
  EXPECT_ERROR(load_database(small_database(bare, {"", ""}), of_recordings(), {}), ErrorKind::unsupported, "#Dx");
  Record record = simulate_recording12({}, 0);
  std::erase_if(record.leads, [](const Lead& lead) { return lead.name == "V4"; });
  write_record(record, folder.path(), 16, "");
  EXPECT_ERROR(load_database(database, of_recordings(), {}), ErrorKind::unsupported, "t0001", "V4");
  Preprocessing wrong = of_recordings();
  wrong.class_map = "aami5";
  EXPECT_ERROR(load_database(database, wrong, {}), ErrorKind::usage, "aami5", "ribeiro6");
}

TEST(WholeRecordings, ThatAreTestedUnderAnotherNameAreLeftOutOfTraining) {
  const TestFolder folder;
  const Database database = small_database(folder, {"164889003", "164889003", "270492004", "270492004"});
  Record copy = read_record(folder / "t0001");
  copy.id = "t0004";
  copy.comments = {"Dx: 164889003"};
  write_record(copy, folder.path(), 16, "");
  const Dataset dataset = load_database(database, of_recordings(), {});
  Split split;
  split.protocol = "made up";
  split.training = {0, 1};
  split.test = {2, 3};
  EXPECT_EQ(find_split_overlap(dataset.windows, split).inputs, 1U);
  guard_against_split_overlap(dataset.windows, split);
  EXPECT_THAT(split.training, ElementsAre(1));
  EXPECT_THAT(split.notes, ElementsAre(testing::HasSubstr("tested under other names: t0001")));
  EXPECT_EQ(find_split_overlap(dataset.windows, split).inputs, 0U);
}

// Recordings 145 and 463 have the same bytes by sha256sum; the table has them under two patients, in folds 3 and 1.
TEST(Ptbxl, HasARecordingTwiceUnderTwoPatients) {
  BEATBENCH_NEED_DATABASE(ptbxl, "ptbxl");
  const Database database = open_database("ptbxl");
  LoadOptions options;
  options.only_labels = true;
  const Dataset dataset = load_database(database, of_recordings(), options);
  const Split split = make_split("published-folds", dataset.windows, database, {.fold = 1});
  EXPECT_THAT(split.notes, testing::Contains(testing::EndsWith("tested under other names: records500/00000/00145_hr")));
  EXPECT_EQ(split.training.size() + split.validation.size() + split.test.size(), 499U);
}

// The published table's own counts, by Python's csv and ast modules; the fold sizes are those of its column strat_fold.
TEST(Ptbxl, HasTheStatementsAndFoldsOfItsTable) {
  BEATBENCH_NEED_DATABASE(ptbxl, "ptbxl");
  const Database database = open_database("ptbxl");
  EXPECT_EQ(database.form, DataForm::recordings);
  EXPECT_EQ(database.records.size(), 500U);
  std::set<std::string> subjects;
  std::map<int, int> folds;
  for (const std::string& record : database.records) {
    subjects.insert(database.subject_of(record));
    ++folds[database.folds.at(record)];
  }
  EXPECT_EQ(subjects.size(), 466U);
  EXPECT_EQ(folds, (std::map<int, int>{
                       {1, 58}, {2, 51}, {3, 34}, {4, 42}, {5, 47}, {6, 33}, {7, 44}, {8, 44}, {9, 81}, {10, 66}}));
  LoadOptions options;
  options.only_labels = true;
  const auto counts = [&](const char* map) {
    const Dataset dataset = load_database(database, of_recordings(map), options);
    std::vector<int> found(dataset.class_names.size());
    for (const BeatRow& row : dataset.windows.rows) {
      for (std::size_t c = 0; c < found.size(); ++c) found[c] += row.is_of(c) ? 1 : 0;
    }
    return found;
  };
  EXPECT_THAT(counts("ribeiro6"), ElementsAre(10, 8, 8, 9, 13, 5));
  EXPECT_THAT(counts("abnormal"), ElementsAre(500 - 297));
}

// Lead II, V1 and V6 of recording 1 by scipy.signal.resample_poly(x, 4, 5, window=("kaiser", 12)), in mV.
TEST(Ptbxl, IsResampledTo400HzAndFilledUpWithZeros) {
  BEATBENCH_NEED_DATABASE(ptbxl, "ptbxl");
  const Dataset dataset = load_database(open_database("ptbxl"), of_recordings(), {});
  EXPECT_EQ(dataset.windows.records[0].id, "records500/00000/00001_hr");
  const std::vector<float> input = input_of(dataset.windows, 0);
  constexpr std::size_t kLength = 4096, kFilled = 48;
  struct Expected {
    std::size_t lead, sample;
    float mv;
  };
  for (const Expected& e : {Expected{1, 500, -0.0996F},
                            {1, 1234, 0.0261F},
                            {1, 2000, -0.0685F},
                            {1, 3333, -0.0150F},
                            {6, 500, 0.0400F},
                            {6, 1234, 0.0450F},
                            {6, 2000, 0.0499F},
                            {6, 3333, -0.0045F},
                            {11, 500, -0.0199F},
                            {11, 1234, 0.0201F},
                            {11, 2000, -0.0847F},
                            {11, 3333, -0.0550F}}) {
    EXPECT_NEAR(input[e.lead * kLength + kFilled + e.sample], e.mv, 0.001F) << e.lead << " " << e.sample;
  }
  for (std::size_t lead = 0; lead < 12; ++lead) {
    for (std::size_t i = 0; i < kFilled; ++i) {
      ASSERT_EQ(input[lead * kLength + i], 0.0F);
      ASSERT_EQ(input[lead * kLength + kLength - 1 - i], 0.0F);
    }
  }
}

// How like the files at both rates are, without a quarter of a second at each end, by scipy.signal.resample_poly to
// 400 Hz: those at 100 Hz have lost more than what lies above 50 Hz, most of all at their ends.
TEST(Ptbxl, IsAsLikeAtBothRatesAsItsFilesAre) {
  BEATBENCH_NEED_DATABASE(ptbxl, "ptbxl");
  const Dataset high = load_database(open_database("ptbxl"), of_recordings(), {}),
                low = load_database(open_database("ptbxl_100hz"), of_recordings(), {});
  EXPECT_EQ(low.windows.records[0].id, "records100/00000/00001_lr");
  ASSERT_EQ(high.windows.size(), low.windows.size());
  for (const auto& [row, like] : {std::pair{0U, 0.9913}, {77U, 0.9935}, {499U, 0.9955}}) {
    EXPECT_EQ(high.windows.rows[row].classes, low.windows.rows[row].classes);
    const std::vector<float> a = input_of(high.windows, row), b = input_of(low.windows, row);
    double ab = 0, aa = 0, bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (i % 4096 < 48 + 100 || i % 4096 >= 4096 - 48 - 100) continue;
      const auto x = static_cast<double>(a[i]), y = static_cast<double>(b[i]);
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    EXPECT_NEAR(ab / std::sqrt(aa * bb), like, 0.002) << row;
  }
}

TEST(Ptbxl, WhatItsTableLacksIsNamed) {
  BEATBENCH_NEED_DATABASE(ptbxl, "ptbxl");
  const TestFolder root;
  const std::filesystem::path folder = root / "ptbxl";
  std::filesystem::create_directories(folder);
  EXPECT_ERROR(open_database(folder.string()), ErrorKind::io, "ptbxl_database.csv");
  write_file_atomically(folder / "ptbxl_database.csv", "ecg_id,patient_id,scp_codes,filename_hr\n1,2,{},x\n");
  EXPECT_ERROR(open_database(folder.string()), ErrorKind::data, "strat_fold");
  write_file_atomically(folder / "ptbxl_database.csv", read_text_file(ptbxl / "ptbxl_database.csv"));
  EXPECT_ERROR(open_database(folder.string()), ErrorKind::data, "none of the recordings");
}

TEST(WholeRecordings, JoinedOnesOfOneNameKeepTheirOwnSignals) {
  const TestFolder a, b;
  const Dataset ours = load_database(small_database(a, {"164889003", "270492004"}), of_recordings(), {});
  Record other = simulate_recording12({}, 5);
  other.id = "t0001";
  other.comments = {"Dx: 164889003"};
  write_record(other, b.path(), 16, "");
  const Dataset theirs = load_database(open_database(b.path().string()), of_recordings(), {});
  BeatSet joined = ours.windows;
  join_beats(joined, theirs.windows, "extra:b/");
  EXPECT_EQ(input_of(joined, 0), input_of(ours.windows, 0));
  EXPECT_EQ(input_of(joined, 2), input_of(theirs.windows, 0));
  EXPECT_EQ(joined.records.back().signal_hash, theirs.windows.records.front().signal_hash) << "a leak can be seen";
}

}  // namespace
}  // namespace beatbench
