#include "beatbench/data/protocol.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <set>

#include "data/made_up_data.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using tests::class_counts;
using tests::made_up_windows;
using tests::record_names;

std::set<std::string> subjects_in(const BeatSet& set, const std::vector<std::uint32_t>& rows) {
  std::set<std::string> subjects;
  for (const std::uint32_t row : rows) subjects.insert(set.records[set.rows[row].record].subject);
  return subjects;
}

bool disjoint(const std::set<std::string>& a, const std::set<std::string>& b) {
  return std::ranges::none_of(a, [&](const std::string& name) { return b.contains(name); });
}

// Every row is in one list, and no row in two.
void expect_partition(const BeatSet& set, const Split& split) {
  std::vector<std::uint32_t> all;
  for (const auto* list : {&split.training, &split.validation, &split.test}) {
    EXPECT_FALSE(list->empty());
    EXPECT_TRUE(std::ranges::is_sorted(*list));
    all.insert(all.end(), list->begin(), list->end());
  }
  std::ranges::sort(all);
  EXPECT_EQ(all.size(), set.size());
  for (std::uint32_t row = 0; row < all.size(); ++row) ASSERT_EQ(all[row], row);
}

// A database that was published in ten folds, the records dealt out in turn.
Database published(const BeatSet& set) {
  Database database;
  for (const RecordName& record : set.records) {
    const int fold = static_cast<int>(database.folds.size() % 10) + 1;
    database.folds[record.id] = fold;
  }
  return database;
}

TEST(ProtocolRegistry, EveryEntryMakesASplit) {
  const BeatSet set = made_up_windows(record_names(12), {30, 20, 10});
  std::vector<std::string> names;
  for (const ProtocolSpec& spec : protocol_registry()) {
    names.emplace_back(spec.name);
    EXPECT_FALSE(spec.description.empty());
    const Split split = make_split(spec.name, set, published(set), {});
    EXPECT_EQ(split.protocol, spec.name);
    EXPECT_FALSE(split.notes.empty());
    expect_partition(set, split);
  }
  EXPECT_THAT(names, ElementsAre("random", "k-fold", "inter-patient", "inter-patient-leak-free", "patient-k-fold",
                                 "leave-one-patient-out", "published-folds"));
}

TEST(Protocol, AnUnknownOneListsTheValidNames) {
  const BeatSet set = made_up_windows(record_names(4), {5});
  EXPECT_ERROR(make_split("kfold", set, {}, {}), ErrorKind::usage, "'kfold'", "random, k-fold, inter-patient");
}

TEST(Protocol, FractionsOutOfRangeAreRefused) {
  const BeatSet set = made_up_windows(record_names(12), {30, 20, 10});
  const double nan = std::numeric_limits<double>::quiet_NaN();
  for (const ProtocolSpec& spec : protocol_registry()) {
    for (const double fraction : {0.0, -0.1, 0.91, 1.0, nan}) {
      EXPECT_ERROR(make_split(spec.name, set, published(set), {.test_fraction = fraction}), ErrorKind::usage,
                   "--test-fraction");
    }
    for (const double fraction : {-0.1, 0.51, 1.0, nan}) {
      EXPECT_ERROR(make_split(spec.name, set, published(set), {.validation_fraction = fraction}), ErrorKind::usage,
                   "--validation-fraction");
    }
  }
  EXPECT_NO_THROW(make_split("random", set, {}, {.test_fraction = 0.9, .validation_fraction = 0.5}));
}

TEST(Protocol, NoValidationLeavesEverythingElseForTraining) {
  const BeatSet set = made_up_windows(record_names(12), {30, 20, 10});
  for (const ProtocolSpec& spec : protocol_registry()) {
    const Split with = make_split(spec.name, set, published(set), {}),
                without = make_split(spec.name, set, published(set), {.validation_fraction = 0});
    EXPECT_TRUE(without.validation.empty()) << spec.name;
    EXPECT_EQ(without.training.size(), with.training.size() + with.validation.size());
    EXPECT_EQ(without.test, with.test);
  }
}

TEST(Protocol, ASideWithoutBeatsIsAnError) {
  const BeatSet two_of_each = made_up_windows(record_names(1), {2, 2});
  EXPECT_ERROR(make_split("random", two_of_each, {}, {}), ErrorKind::data, "no beat is left");
}

TEST(RandomSplit, HoldsTheSameShareOfEachClass) {
  const BeatSet set = made_up_windows(record_names(10), {1000, 100, 37});
  const Split split = make_split("random", set, {}, {.test_fraction = 0.2, .validation_fraction = 0.1});
  expect_partition(set, split);
  for (const auto& [label, n] : std::map<int, double>{{0, 10'000}, {1, 1000}, {2, 370}}) {
    const double test = std::round(0.2 * n), validation = std::round(0.1 * (n - test));
    EXPECT_EQ(class_counts(set, split.test)[label], test);
    EXPECT_EQ(class_counts(set, split.validation)[label], validation);
    EXPECT_EQ(class_counts(set, split.training)[label], n - test - validation);
  }
}

TEST(RandomSplit, IsLabelledAsMixingPatients) {
  const BeatSet set = made_up_windows(record_names(4), {100});
  const Split split = make_split("random", set, {}, {});
  EXPECT_TRUE(split.intra_patient);
  EXPECT_EQ(split.label(), "random (intra-patient)");
  EXPECT_FALSE(disjoint(subjects_in(set, split.training), subjects_in(set, split.test)));
  EXPECT_THAT(split.notes, Contains(HasSubstr("new patients")));
}

TEST(Split, DependsOnTheSeedAlone) {
  const BeatSet set = made_up_windows(record_names(20), {50, 20, 10});
  for (const ProtocolSpec& spec : protocol_registry()) {
    if (spec.name == "published-folds") continue;  // are as they were published
    const Split one = make_split(spec.name, set, published(set), {.seed = 1});
    const Split again = make_split(spec.name, set, published(set), {.seed = 1});
    const Split other = make_split(spec.name, set, published(set), {.seed = 2});
    EXPECT_EQ(one.training, again.training);
    EXPECT_EQ(one.validation, again.validation);
    EXPECT_EQ(one.test, again.test);
    EXPECT_EQ(one.hash, again.hash);
    if (spec.name != "leave-one-patient-out") {
      EXPECT_NE(one.test, other.test) << spec.name;
    }
    EXPECT_NE(one.validation, other.validation) << spec.name;
    EXPECT_NE(one.hash, other.hash) << spec.name;
  }
}

TEST(Split, HashIsOfRecordsAndSamples) {
  BeatSet set = made_up_windows(record_names(6), {20});
  const std::string hash = make_split("random", set, {}, {}).hash;
  EXPECT_EQ(hash.size(), 32);
  set.rows[7].sample += 1;
  EXPECT_NE(make_split("random", set, {}, {}).hash, hash);
  set.rows[7].sample -= 1;
  set.values[0] = 9;
  EXPECT_EQ(make_split("random", set, {}, {}).hash, hash) << "the samples themselves are the data set's hash";
}

TEST(InterPatientSplit, KeepsSubjectsOnOneSide) {
  std::vector<RecordName> names = record_names(20);
  for (std::size_t i = 10; i < 20; ++i) names[i].subject = names[i - 10].subject;  // two records a subject
  const BeatSet set = made_up_windows(names, {30, 10});
  Database database;
  for (const RecordName& name : names) database.subjects[name.id] = name.subject;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const Split split = make_split("inter-patient", set, database, {.validation_fraction = 0.2, .seed = seed});
    expect_partition(set, split);
    const auto training = subjects_in(set, split.training), validation = subjects_in(set, split.validation),
               test = subjects_in(set, split.test);
    EXPECT_TRUE(disjoint(training, test));
    EXPECT_TRUE(disjoint(training, validation));
    EXPECT_TRUE(disjoint(validation, test));
    EXPECT_EQ(test.size(), 5) << "half of the subjects";
    EXPECT_FALSE(split.intra_patient);
    EXPECT_EQ(split.label(), "inter-patient");
    EXPECT_THAT(split.notes, Not(Contains(HasSubstr("leak"))));
  }
}

// A database that divides itself, with one subject on both sides and one record in neither list.
Database divided_database() {
  Database database;
  database.training_records = {"r0", "r1", "r2", "r3", "r4"};
  database.test_records = {"r5", "r6", "r7", "r8"};
  database.subjects = {{"r5", "r0"}};
  database.keep_in_training = {"r1", "r2"};
  database.division_note = "as its makers divide it";
  return database;
}

BeatSet divided_windows() {
  std::vector<RecordName> names = record_names(10);
  names[5].subject = "r0";
  return made_up_windows(names, {20, 10});
}

std::set<std::string> records_in(const BeatSet& set, const std::vector<std::uint32_t>& rows) {
  std::set<std::string> records;
  for (const std::uint32_t row : rows) records.insert(set.records[set.rows[row].record].id);
  return records;
}

TEST(InterPatientSplit, FollowsTheDatabasesOwnDivision) {
  const BeatSet set = divided_windows();
  std::set<std::string> validated;
  for (std::uint64_t seed = 0; seed < 30; ++seed) {
    const Split split = make_split("inter-patient", set, divided_database(), {.seed = seed});
    EXPECT_THAT(records_in(set, split.test), ElementsAre("r5", "r6", "r7", "r8"));
    auto both = records_in(set, split.training);
    both.merge(records_in(set, split.validation));
    EXPECT_THAT(both, ElementsAre("r0", "r1", "r2", "r3", "r4"));
    EXPECT_TRUE(disjoint(records_in(set, split.training), records_in(set, split.validation)));
    EXPECT_EQ(split.training.size() + split.validation.size() + split.test.size(), 9 * 30) << "r9 is left out";
    EXPECT_THAT(split.notes, Contains("as its makers divide it"));
    validated.merge(records_in(set, split.validation));
  }
  EXPECT_THAT(validated, ElementsAre("r0", "r3", "r4")) << "any but those that must stay in training";
}

TEST(InterPatientSplit, NotesASubjectOnBothSides) {
  const BeatSet set = divided_windows();
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Split split = make_split("inter-patient", set, divided_database(), {.seed = seed});
    EXPECT_THAT(split.notes, Contains("leak: subjects on both sides of training (with validation) and test: r0"));
  }
}

TEST(InterPatientSplit, LeavesASubjectOnBothSidesOutOfTraining) {
  const BeatSet set = divided_windows();
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Split split = make_split("inter-patient-leak-free", set, divided_database(), {.seed = seed});
    EXPECT_THAT(records_in(set, split.test), ElementsAre("r5", "r6", "r7", "r8"));
    auto both = records_in(set, split.training);
    both.merge(records_in(set, split.validation));
    EXPECT_THAT(both, ElementsAre("r1", "r2", "r3", "r4"));
    EXPECT_THAT(split.notes, Not(Contains(HasSubstr("leak:"))));
    EXPECT_THAT(split.notes, Contains("left out of training, because their subjects are tested: r0"));
  }
}

TEST(InterPatientSplit, NamesTheValidationRecords) {
  const BeatSet set = divided_windows();
  const Split split = make_split("inter-patient", set, divided_database(), {});
  std::string names;
  for (const std::string& record : records_in(set, split.validation)) names += (names.empty() ? "" : ", ") + record;
  EXPECT_THAT(split.notes, Contains("validation records: " + names));
}

// Record r0 holds all beats of class 1 but those of r1: only one of the two choices has its share of both classes.
TEST(InterPatientSplit, ChoosesValidationRecordsThatHoldEveryClass) {
  BeatSet set = made_up_windows(record_names(8), {100});
  for (BeatRow& row : set.rows) {
    if (row.record < 2 && row.sample % 200 == 0) row.label = 1;
  }
  Database database;
  database.training_records = {"r0", "r1", "r2", "r3", "r4"};
  database.test_records = {"r5", "r6", "r7"};
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    const Split split = make_split("inter-patient", set, database, {.validation_fraction = 0.2, .seed = seed});
    EXPECT_EQ(class_counts(set, split.validation).size(), 2) << "r0 or r1";
    EXPECT_EQ(class_counts(set, split.training).size(), 2);
  }
}

TEST(InterPatientSplit, TooFewSubjectsAreAnError) {
  EXPECT_ERROR(make_split("inter-patient", made_up_windows(record_names(2), {50}), {}, {}), ErrorKind::data,
               "at least 3 subjects", "has 2");
  Database database;
  database.training_records = {"r0"};
  database.test_records = {"r1"};
  EXPECT_ERROR(make_split("inter-patient", made_up_windows(record_names(2), {50}), database, {}), ErrorKind::data,
               "too few training subjects");
}

// Tests every fold, and returns in how many of them each row was tested.
std::vector<int> times_tested(std::string_view protocol, const BeatSet& set, const Database& database,
                              SplitOptions options) {
  std::vector<int> times(set.size(), 0);
  const int folds = count_folds(protocol, set, options);
  for (options.fold = 1; options.fold <= folds; ++options.fold) {
    const Split split = make_split(protocol, set, database, options);
    expect_partition(set, split);
    for (const std::uint32_t row : split.test) ++times[row];
  }
  return times;
}

TEST(Folds, TestEveryBeatOnce) {
  const BeatSet set = made_up_windows(record_names(12), {30, 20, 1});
  for (const ProtocolSpec& spec : protocol_registry()) {
    if (!spec.count_folds) continue;
    EXPECT_THAT(times_tested(spec.name, set, published(set), {.folds = 5, .seed = 3}), testing::Each(1)) << spec.name;
  }
}

TEST(Folds, OfBeatsHoldTheSameShareOfEachClass) {
  const BeatSet set = made_up_windows(record_names(10), {1000, 100, 37});
  for (int fold = 1; fold <= 10; ++fold) {
    const Split split = make_split("k-fold", set, {}, {.fold = fold});
    EXPECT_EQ(split.label(), "k-fold (intra-patient)");
    EXPECT_EQ(class_counts(set, split.test)[0], 1000);
    EXPECT_EQ(class_counts(set, split.test)[1], 100);
    EXPECT_EQ(class_counts(set, split.test)[2], 37);
    EXPECT_EQ(class_counts(set, split.validation)[0], 900);
    EXPECT_THAT(split.notes, Contains("fold " + std::to_string(fold) + " of 10"));
  }
}

TEST(Folds, OfPatientsKeepSubjectsOnOneSide) {
  std::vector<RecordName> names = record_names(20);
  for (std::size_t i = 10; i < 20; ++i) names[i].subject = names[i - 10].subject;  // two records a subject
  const BeatSet set = made_up_windows(names, {30, 10});
  Database database;
  for (const RecordName& name : names) database.subjects[name.id] = name.subject;
  EXPECT_EQ(count_folds("leave-one-patient-out", set, {}), 10);
  for (const std::string protocol : {"patient-k-fold", "leave-one-patient-out"}) {
    for (int fold = 1; fold <= 5; ++fold) {
      const Split split = make_split(protocol, set, database, {.folds = 5, .fold = fold});
      const auto test = subjects_in(set, split.test);
      EXPECT_EQ(test.size(), protocol == "patient-k-fold" ? 2 : 1);
      EXPECT_TRUE(disjoint(subjects_in(set, split.training), test));
      EXPECT_TRUE(disjoint(subjects_in(set, split.validation), test));
      EXPECT_TRUE(disjoint(subjects_in(set, split.training), subjects_in(set, split.validation)));
      EXPECT_EQ(split.label(), protocol);
    }
  }
}

TEST(Folds, OutOfRangeAreRefused) {
  const BeatSet set = made_up_windows(record_names(12), {30, 20, 10});
  EXPECT_ERROR(make_split("k-fold", set, {}, {.folds = 1}), ErrorKind::usage, "folds", "2 to 1000");
  EXPECT_ERROR(make_split("k-fold", set, {}, {.folds = 5, .fold = 6}), ErrorKind::usage, "fold", "folds 1 to 5");
  EXPECT_ERROR(make_split("leave-one-patient-out", set, {}, {.fold = 13}), ErrorKind::usage, "folds 1 to 12");
  EXPECT_ERROR(make_split("random", set, {}, {.fold = 2}), ErrorKind::usage, "has no folds");
}

// Windows of four samples that differ from beat to beat.
BeatSet distinct_windows(const std::vector<RecordName>& names) {
  BeatSet set = made_up_windows(names, {20, 10});
  set.shape.length_samples = 4;
  set.values.resize(set.size() * 4);
  for (std::size_t i = 0; i < set.values.size(); ++i) set.values[i] = static_cast<float>(i);
  return set;
}

TEST(SplitOverlap, ARecordingUnderTwoNamesIsRefused) {
  BeatSet set = distinct_windows(record_names(9));
  Database database = divided_database();
  database.subjects.clear();
  EXPECT_NO_THROW(make_split("inter-patient", set, database, {}));
  const std::size_t record = 30 * 4;
  std::copy_n(set.values.begin(), record, set.values.begin() + static_cast<std::ptrdiff_t>(6 * record));  // r6 = r0
  EXPECT_ERROR(make_split("inter-patient", set, database, {}), ErrorKind::data, "30 of 120 test beats are the same",
               "twice");
}

TEST(SplitOverlap, IsNotedWherePatientsAreMixed) {
  BeatSet set = distinct_windows(record_names(9));
  for (const std::string protocol : {"random", "k-fold"}) {
    EXPECT_THAT(make_split(protocol, set, {}, {}).notes, Not(Contains(HasSubstr("leak"))));
  }
  std::copy_n(set.values.begin(), set.values.size() / 2, set.values.begin() + static_cast<long>(set.values.size() / 2));
  EXPECT_THAT(make_split("random", set, {}, {}).notes, Contains(HasSubstr("leak: ")));
}

TEST(SplitOverlap, IsNotedOnceHoweverOftenItIsLookedFor) {
  BeatSet set = distinct_windows(record_names(9));
  set.records[5].subject = "r0";
  Split split = make_split("inter-patient", set, divided_database(), {});
  const auto notes = split.notes;
  EXPECT_THAT(notes, Contains(HasSubstr("leak: subjects")));
  guard_against_split_overlap(set, split);
  EXPECT_EQ(split.notes, notes);
}

TEST(SplitOverlap, LevelLinesAreNone) {
  BeatSet set = distinct_windows(record_names(9));
  std::ranges::fill(set.values, 0.25F);
  EXPECT_EQ(find_split_overlap(set, make_split("inter-patient", set, {}, {})).inputs, 0);
}

TEST(PublishedFolds, EachIsTestedAndTheOneBeforeItChooses) {
  const BeatSet set = made_up_windows(record_names(20), {30, 20, 10});
  const Database database = published(set);
  const auto folds_of = [&](const std::vector<std::uint32_t>& rows) {
    std::set<int> folds;
    for (const std::uint32_t row : rows) folds.insert(database.folds.at(set.records[set.rows[row].record].id));
    return folds;
  };
  for (const auto& [fold, before] : {std::pair{10, 9}, {4, 3}, {1, 10}}) {
    const Split split = make_split("published-folds", set, database, {.fold = fold});
    EXPECT_THAT(folds_of(split.test), ElementsAre(fold));
    EXPECT_THAT(folds_of(split.validation), ElementsAre(before));
    EXPECT_EQ(folds_of(split.training).size(), 8U);
    expect_partition(set, split);
  }
  EXPECT_EQ(count_folds("published-folds", set, {}), 10);
  EXPECT_ERROR(make_split("published-folds", set, {}, {}), ErrorKind::usage, "published", "patient-k-fold");
  EXPECT_ERROR(make_split("published-folds", set, database, {.fold = 11}), ErrorKind::usage, "1 to 10");
}

}  // namespace
}  // namespace beatbench
