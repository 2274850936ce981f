#include "beatbench/data/database.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "beatbench/data/simdb.h"
#include "beatbench/data/simdb12.h"
#include "beatbench/wfdb/record_io.h"
#include "data/databases/databases.h"
#include "data/made_up_data.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using namespace std::string_literals;
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::IsEmpty;
using tests::small_record;
using tests::TestFolder;

// Sets $BEATBENCH_DATA for one test.
class DataRoot {
 public:
  explicit DataRoot(const fs::path& root) {
    if (const char* old = std::getenv("BEATBENCH_DATA")) before_ = old;
    ::setenv("BEATBENCH_DATA", root.c_str(), 1);
  }
  ~DataRoot() {
    if (before_)
      ::setenv("BEATBENCH_DATA", before_->c_str(), 1);
    else
      ::unsetenv("BEATBENCH_DATA");
  }
  DataRoot(const DataRoot&) = delete;
  DataRoot& operator=(const DataRoot&) = delete;

 private:
  std::optional<std::string> before_;
};

TEST(DatabaseRegistry, EveryEntryIsTestedHere) {
  std::vector<std::string> names;
  for (const DatabaseSpec& spec : database_registry()) {
    names.emplace_back(spec.name);
    EXPECT_FALSE(spec.description.empty());
  }
  EXPECT_THAT(names, ElementsAre("mitdb", "simdb", "ptbxl", "ptbxl_100hz", "simdb12"));
}

TEST(OpenDatabase, AnUnknownNameListsTheKnownOnes) {
  EXPECT_ERROR(open_database("mitbd"), ErrorKind::usage, "'mitbd'", "mitdb, simdb", "folder");
  EXPECT_ERROR(open_database(""), ErrorKind::usage, "mitdb, simdb");
  EXPECT_ERROR(open_database(std::string(300, 'x')), ErrorKind::usage, "mitdb, simdb");
}

TEST(OpenDatabase, AKnownOneThatIsNotThereNamesThePlaces) {
  const TestFolder root;
  const DataRoot set(root.path());
  const fs::path here = fs::current_path();
  fs::current_path(root.path());  // whose datasets/ holds nothing
  EXPECT_ERROR(open_database("simdb"), ErrorKind::usage, (root / "simdb").string(), "datasets/simdb"s);
  fs::current_path(here);
}

TEST(OpenDatabase, AKnownOneIsFoundBelowBeatbenchData) {
  const TestFolder root;
  const DataRoot set(root.path());
  write_record(small_record("s001", "N"), root / "simdb");
  const Database database = open_database("simdb");
  EXPECT_EQ(database.name, "simdb");
  EXPECT_EQ(database.folder, root / "simdb");
  EXPECT_THAT(database.records, ElementsAre("s001"));
}

TEST(OpenDatabase, AFolderOfRecords) {
  const TestFolder root;
  write_record(small_record("b", "N"), root / "ward");
  write_record(small_record("a", "N"), root / "ward");
  for (const std::string& path : {(root / "ward").string(), (root / "ward").string() + "/"}) {
    const Database database = open_database(path);
    EXPECT_EQ(database.name, "ward");
    EXPECT_THAT(database.records, ElementsAre("a", "b"));
    EXPECT_THAT(database.training_records, IsEmpty());
    EXPECT_THAT(database.test_records, IsEmpty());
    EXPECT_EQ(database.subject_of("a"), "a");
    EXPECT_FALSE(database.division_note.empty());
  }
}

TEST(OpenDatabase, AFolderWithoutRecordsIsAnError) {
  const TestFolder root;
  EXPECT_ERROR(open_database(root.path().string()), ErrorKind::data, root.path().string());
}

TEST(OpenDatabase, AFolderWithAKnownNameIsTakenToBeIt) {
  const TestFolder root;
  write_record(small_record("s001", "N"), root / "simdb");
  EXPECT_THAT(open_database((root / "simdb/").string()).training_records.size() +
                  open_database((root / "simdb").string()).test_records.size(),
              1);
}

TEST(OpenDatabase, APartOfMitdbNamesARecordThatIsMissing) {
  const TestFolder root;
  write_record(small_record("100", "N"), root / "mitdb");
  EXPECT_ERROR(open_database((root / "mitdb").string()), ErrorKind::data, "mitdb", "record 101 is missing");
}

TEST(OpenDatabase, SimdbIsDividedAsItsHeaderSays) {
  const TestFolder root;
  for (int i = 0; i < 6; ++i) write_record(small_record(simdb_record_id(i), "N"), root / "simdb");
  const Database database = open_database((root / "simdb").string());
  for (int i = 0; i < 6; ++i) {
    const auto& side = simdb_is_training_subject(i) ? database.training_records : database.test_records;
    EXPECT_THAT(side, testing::Contains(simdb_record_id(i)));
  }
  EXPECT_EQ(database.training_records.size() + database.test_records.size(), 6);
}

// Diagnoses 1, 3 and 5 of the list train, 2, 4 and 6 are tested; RECORDS lists some of them, in an order of its own.
TEST(OpenDatabase, APatientOfSimdbStaysOnItsSideInAPartAndInAnotherOrder) {
  const TestFolder root;
  root.put("RECORDS", "s006\ns003\ns002\ns049\ns005\n");
  const Database database = databases::describe_simdb(root.path());
  EXPECT_THAT(database.records, ElementsAre("s006", "s003", "s002", "s049", "s005"));
  EXPECT_THAT(database.training_records, ElementsAre("s003", "s049", "s005"));  // 49 is a patient with diagnosis 1
  EXPECT_THAT(database.test_records, ElementsAre("s006", "s002"));
}

// Folds go round: recording 1 is in fold 1, 10 in fold 10, 11 in fold 1 again.
TEST(OpenDatabase, ARecordingOfSimdb12StaysInItsFoldInAPartAndInAnotherOrder) {
  const TestFolder root;
  root.put("RECORDS", "t0011\nt0002\nt0010\nt0001\nt0599\n");
  const Database database = databases::describe_simdb12(root.path());
  EXPECT_THAT(database.records, ElementsAre("t0011", "t0002", "t0010", "t0001", "t0599"));
  EXPECT_EQ(database.folds,
            (std::map<std::string, int>{{"t0001", 1}, {"t0002", 2}, {"t0010", 10}, {"t0011", 1}, {"t0599", 9}}));
}

TEST(OpenDatabase, OtherRecordsInAFolderOfASimulatedDatabaseAreRefused) {
  const TestFolder root;
  for (const std::string name : {"100", "s1", "s01", "s000", "s001a", "s-01", "s0001", "S001", "t0001"}) {
    root.put("RECORDS", "s001\n" + name + "\n");
    EXPECT_ERROR(databases::describe_simdb(root.path()), ErrorKind::data, root.path().string(), "record " + name,
                 "s001"s);
  }
  for (const std::string name : {"100", "t001", "t0000", "s001"}) {
    root.put("RECORDS", "t0001\n" + name + "\n");
    EXPECT_ERROR(databases::describe_simdb12(root.path()), ErrorKind::data, root.path().string(), "record " + name,
                 "t0001"s);
  }
}

TEST(SimulatedRecords, HaveTheirIndexInTheirId) {
  for (const int index : {0, 1, 47, 48, 998, 999, 12344}) {
    EXPECT_EQ(simdb_record_index(simdb_record_id(index)), index);
    EXPECT_EQ(simdb12_record_index(simdb12_record_id(index)), index);
  }
  EXPECT_EQ(simdb_record_id(8), "s009");
  EXPECT_EQ(simdb_record_id(999), "s1000");
  EXPECT_EQ(simdb12_record_id(8), "t0009");
  for (const char* text : {"", "s", "009", "s9", "s0009", "s99999999999999999999"}) {
    EXPECT_FALSE(simdb_record_index(text).has_value()) << text;
  }
}

// De Chazal et al. 2004, table 2; the paced records 102, 104, 107 and 217 are in neither.
TEST(Mitdb, IsDividedAsDeChazalEtAlDo) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const Database database = open_database(folder.string());
  EXPECT_EQ(database.name, "mitdb");
  EXPECT_EQ(database.records.size(), 48);
  EXPECT_THAT(database.training_records,
              ElementsAre("101", "106", "108", "109", "112", "114", "115", "116", "118", "119", "122", "124", "201",
                          "203", "205", "207", "208", "209", "215", "220", "223", "230"));
  EXPECT_THAT(database.test_records,
              ElementsAre("100", "103", "105", "111", "113", "117", "121", "123", "200", "202", "210", "212", "213",
                          "214", "219", "221", "222", "228", "231", "232", "233", "234"));
  EXPECT_THAT(database.never_validation, ElementsAre("208"));
  EXPECT_THAT(database.concentrated_records, ElementsAre("232", "213"));
  EXPECT_THAT(database.division_note, testing::AllOf(testing::HasSubstr("201"), testing::HasSubstr("202")));
}

// The directory of mitdb: "Records 201 and 202 came from the same male subject."
TEST(Mitdb, Has47Subjects) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const Database database = open_database(folder.string());
  std::set<std::string> subjects;
  for (const std::string& record : database.records) subjects.insert(database.subject_of(record));
  EXPECT_EQ(subjects.size(), 47);
  EXPECT_EQ(database.subject_of("202"), database.subject_of("201"));
}

}  // namespace
}  // namespace beatbench
