#include "beatbench/data/database.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "beatbench/data/simdb.h"
#include "beatbench/wfdb/record_io.h"
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
