// Whole subjects on one side, those set aside for validation, and what a split may say of patients.
#include <gmock/gmock.h>

#include <algorithm>
#include <set>

#include "beatbench/data/protocol.h"
#include "data/made_up_data.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using tests::made_up_windows;
using tests::record_names;

std::set<std::string> records_in(const BeatSet& set, const std::vector<std::uint32_t>& rows) {
  std::set<std::string> records;
  for (const std::uint32_t row : rows) records.insert(set.records[set.rows[row].record].id);
  return records;
}

// `counts` records of each subject, "s0-0", "s0-1", ...
std::vector<RecordName> names_of_subjects(const std::vector<int>& counts) {
  std::vector<RecordName> names;
  for (std::size_t s = 0; s < counts.size(); ++s) {
    const std::string subject = "s" + std::to_string(s);
    for (int i = 0; i < counts[s]; ++i) names.push_back({subject + "-" + std::to_string(i), subject});
  }
  return names;
}

Database with_subjects(const std::vector<RecordName>& names) {
  Database database;
  for (const RecordName& name : names) database.subjects[name.id] = name.subject;
  return database;
}

// All records but the last subject's train.
Split split_of_subjects(const std::vector<int>& counts, double validation_fraction, std::uint64_t seed = 1) {
  const std::vector<RecordName> names = names_of_subjects(counts);
  Database database = with_subjects(names);
  for (const RecordName& name : names) {
    auto& side = name.subject == names.back().subject ? database.test_records : database.training_records;
    side.push_back(name.id);
  }
  return make_split("inter-patient", made_up_windows(names, {10}), database,
                    {.validation_fraction = validation_fraction, .seed = seed});
}

// Of ten beats a record.
std::size_t records_validated(const std::vector<int>& counts, double validation_fraction, std::uint64_t seed = 1) {
  return split_of_subjects(counts, validation_fraction, seed).validation.size() / 10;
}

TEST(ValidationOfSubjects, HoldsTheShareOfRecordsThatWasAskedFor) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    EXPECT_EQ(records_validated({4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 1}, 0.1, seed), 4U) << "one subject of ten, not four";
    EXPECT_EQ(records_validated({2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1}, 0.3, seed), 6U);
    EXPECT_EQ(records_validated(std::vector<int>(21, 1), 0.1, seed), 2U);
    const std::size_t uneven = records_validated({7, 5, 3, 2, 1, 1, 1, 1, 1}, 0.2, seed);  // 4.2 of 21
    EXPECT_GE(uneven, 3U);
    EXPECT_LE(uneven, 5U);
  }
}

TEST(ValidationOfSubjects, TheOneWithMostRecordsStaysInTraining) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    EXPECT_EQ(records_validated({90, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 5}, 0.1, seed), 10U);
    EXPECT_EQ(records_validated({90, 3, 1}, 0.1, seed), 3U) << "as near to 9 as whole subjects come";
  }
}

TEST(ValidationOfSubjects, TwoSubjectsAreEnough) {
  EXPECT_EQ(records_validated({1, 1, 1}, 0.1), 1U);
  EXPECT_EQ(records_validated({30, 50, 1}, 0.01), 30U) << "the smaller one";
  EXPECT_EQ(records_validated({100, 100, 100, 1}, 0.1), 100U);
  EXPECT_EQ(records_validated({40, 40, 40, 1}, 0.5), 40U) << "60 are as far from 40 as from 80";
  EXPECT_ERROR(split_of_subjects({5, 1}, 0.1), ErrorKind::data, "too few training subjects (1)");
  EXPECT_EQ(split_of_subjects({5, 1}, 0).validation.size(), 0U);
}

TEST(ValidationOfSubjects, AreNeverThoseOfAKeptRecord) {
  const std::vector<RecordName> names = names_of_subjects({2, 1, 1});
  Database database = with_subjects(names);
  database.training_records = {"s0-0", "s0-1", "s1-0"};
  database.test_records = {"s2-0"};
  database.keep_in_training = {"s0-0"};
  const BeatSet set = made_up_windows(names, {10});
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const Split split = make_split("inter-patient", set, database, {.validation_fraction = 0.3, .seed = seed});
    EXPECT_THAT(records_in(set, split.validation), ElementsAre("s1-0"));
    EXPECT_THAT(records_in(set, split.training), ElementsAre("s0-0", "s0-1")) << "a subject stays together";
  }
  database.keep_in_training.push_back("s1-0");
  EXPECT_ERROR(make_split("inter-patient", set, database, {}), ErrorKind::data, "kept for training");
}

TEST(ValidationOfSubjects, HaveBeats) {
  BeatSet set = made_up_windows(record_names(12), {10});
  std::erase_if(set.rows, [](const BeatRow& row) { return row.record > 1 && row.record != 11; });
  Database database;
  for (int i = 0; i < 11; ++i) database.training_records.push_back("r" + std::to_string(i));
  database.test_records = {"r11"};
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    for (const double fraction : {0.01, 0.5}) {
      const Split split = make_split("inter-patient", set, database, {.validation_fraction = fraction, .seed = seed});
      EXPECT_EQ(split.validation.size(), 10U);
      EXPECT_EQ(split.training.size(), 10U);
    }
  }
}

TEST(InterPatientSplit, TwoSubjectsAreEnoughWithoutValidation) {
  const BeatSet set = made_up_windows(record_names(2), {50});
  const Split split = make_split("inter-patient", set, {}, {.validation_fraction = 0});
  EXPECT_EQ(split.training.size(), 50U);
  EXPECT_EQ(split.test.size(), 50U);
  EXPECT_ERROR(make_split("inter-patient", made_up_windows(record_names(1), {50}), {}, {.validation_fraction = 0}),
               ErrorKind::data, "at least 2 subjects", "has 1");
}

// One beat of each recording, as of whole recordings: none can stand on both sides.
TEST(SplitOfBeats, IsIntraPatientOnlyWhereASubjectIsOnBothSides) {
  BeatSet set = made_up_windows(record_names(200), {1});
  for (const std::string protocol : {"random", "k-fold"}) {
    const Split alone = make_split(protocol, set, {}, {});
    EXPECT_TRUE(alone.by_beat);
    EXPECT_FALSE(alone.intra_patient);
    EXPECT_FALSE(alone.patients_unknown);
    EXPECT_EQ(alone.label(), protocol);
    EXPECT_THAT(alone.notes, Not(Contains(HasSubstr("stand on both sides"))));
    EXPECT_THAT(alone.notes, Contains(testing::AllOf(HasSubstr("no subject has beats on both sides"),
                                                     HasSubstr("taken to be a subject of its own"))));
  }
  Database known;
  known.subjects_of = "mitdb";
  EXPECT_THAT(make_split("random", set, known, {}).notes, Not(Contains(HasSubstr("taken to be"))));
  for (std::size_t i = 0; i < set.records.size(); ++i) set.records[i].subject = "s" + std::to_string(i / 2);
  const Split shared = make_split("random", set, {}, {});
  EXPECT_TRUE(shared.intra_patient);
  EXPECT_THAT(shared.notes, Contains(HasSubstr("beats of one patient stand on both sides")));
}

// A subject in training and validation alone is tested nowhere.
TEST(SplitOfBeats, LooksAtTheTestSide) {
  BeatSet set = made_up_windows(record_names(40), {1});
  const Split before = make_split("random", set, {}, {});
  for (const std::uint32_t row : before.validation) set.records[set.rows[row].record].subject = "one";
  set.records[set.rows[before.training.front()].record].subject = "one";
  EXPECT_FALSE(make_split("random", set, {}, {}).intra_patient);
  set.records[set.rows[before.test.front()].record].subject = "one";
  EXPECT_TRUE(make_split("random", set, {}, {}).intra_patient);
}

// A CSV, or images whose names say no record.
TEST(SplitOfBeats, DoesNotKnowWhatTheDataDoesNotSay) {
  const BeatSet set = made_up_windows({{"beats", "beats"}}, {50, 20});
  Database database;
  database.name = "beats";
  for (const DataForm form : {DataForm::windows, DataForm::images}) {
    database.form = form;
    for (const std::string protocol : {"random", "k-fold"}) {
      const Split split = make_split(protocol, set, database, {});
      EXPECT_TRUE(split.patients_unknown);
      EXPECT_FALSE(split.intra_patient);
      EXPECT_EQ(split.label(), protocol + " (patients unknown)");
      EXPECT_THAT(split.notes, Contains(HasSubstr("does not say whose")));
      EXPECT_THAT(split.notes, Not(Contains(HasSubstr("leak"))));
    }
    for (const std::string protocol : {"inter-patient", "patient-k-fold", "leave-one-patient-out"})
      EXPECT_ERROR(make_split(protocol, set, database, {}), ErrorKind::data, protocol,
                   std::string("beats does not say whose"));
  }
  database.form = DataForm::records;
  EXPECT_TRUE(make_split("random", set, database, {}).intra_patient) << "one recording has them all";
}

// As mitdb's 118, tested, would be nstdb's 118e24, trained on as well.
TEST(SplitOverlap, IsSeenAcrossDatabases) {
  const BeatSet own = made_up_windows(record_names(3), {20});
  Database database;
  database.subjects_of = "mitdb";
  database.training_records = {"r1", "r2"};
  database.test_records = {"r0"};
  const auto notes_with = [&](const RecordName& extra, bool subjects_are_comparable) {
    BeatSet set = own;
    Split split = make_split("inter-patient", set, database, {});
    join_beats(set, made_up_windows({extra}, {20}), "extra:other/", subjects_are_comparable);
    for (std::uint32_t row = 60; row < 80; ++row) split.training.push_back(row);
    guard_against_split_overlap(set, split);
    return split.notes;
  };
  const std::string leak = "leak: subjects on both sides of training (with validation) and test: r0";
  EXPECT_THAT(notes_with({"r0e24", "r0"}, true), Contains(leak));
  EXPECT_THAT(notes_with({"r1e24", "r1"}, true), Not(Contains(HasSubstr("leak"))));
  EXPECT_THAT(notes_with({"r0", "r0"}, false), Not(Contains(HasSubstr("leak")))) << "an r0 of somebody else";
}

}  // namespace
}  // namespace beatbench
