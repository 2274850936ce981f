#include "beatbench/data/database.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/simulation/simdb.h"
#include "beatbench/simulation/simdb12.h"
#include "data/databases/databases.h"
#include "data/made_up_data.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using namespace std::string_literals;
namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
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
  EXPECT_THAT(names, ElementsAre("mitdb", "simdb", "ptbxl", "ptbxl_100hz", "simdb12", "svdb", "nstdb"));
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
  EXPECT_THAT(database.keep_in_training, ElementsAre("208"));
  EXPECT_THAT(database.dominating_records, ElementsAre("232", "213"));
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

// One subject has one name, whichever database a record of it is in.
TEST(Subjects, CanBeComparedAcrossKnownDatabases) {
  const TestFolder root;
  write_record(small_record("118e24", "N"), root / "nstdb");
  write_record(small_record("119e_6", "N"), root / "nstdb");
  write_record(small_record("118e24", "N"), root / "ward");
  const Database nstdb = open_database((root / "nstdb").string()), ward = open_database((root / "ward").string());
  Database mitdb;
  mitdb.subjects_of = "mitdb";
  EXPECT_EQ(nstdb.subject_of("118e24"), mitdb.subject_of("118"));
  EXPECT_EQ(nstdb.subject_of("119e_6"), mitdb.subject_of("119"));
  EXPECT_TRUE(nstdb.shares_subjects_with(mitdb));
  EXPECT_FALSE(ward.shares_subjects_with(mitdb));
  EXPECT_FALSE(ward.shares_subjects_with(ward)) << "of a folder nothing is known";
  EXPECT_TRUE(share_subjects("mitdb", "nstdb"));
  EXPECT_TRUE(share_subjects("ptbxl_100hz", "ptbxl"));
  EXPECT_FALSE(share_subjects("mitdb", "svdb"));
  EXPECT_FALSE(share_subjects("simdb", "simdb")) << "its patients depend on the seed";
  EXPECT_FALSE(share_subjects("ward", "ward"));
}

TEST(Subjects, OfPreparedBeatsAreThoseOfTheirDatabase) {
  const TestFolder root;
  Database mitdb;
  mitdb.subjects = {{"202", "201"}};
  PreparedData prepared;
  prepared.dataset = "mitdb";
  prepared.windows_of = {{"202", {12}}};
  root.put("beats.csv", "NOR,1,2,3\n");
  root.put("beats.json", prepared_data_json(prepared, mitdb));
  const Database beats = open_database((root / "beats.csv").string());
  EXPECT_EQ(beats.subjects_of, "mitdb");
  EXPECT_EQ(beats.subject_of("202"), "201");
}

// Ranges of record numbers and leads: the headers and RECORDS of svdb 1.0.0 on PhysioNet.
TEST(Svdb, IsDividedByPatientIntoEvenAndOddRecords) {
  BEATBENCH_NEED_DATABASE(folder, "svdb");
  const Database database = open_database(folder.string());
  EXPECT_EQ(database.name, "svdb");
  EXPECT_EQ(database.form, DataForm::records);
  EXPECT_EQ(database.records.size(), 78);
  EXPECT_EQ(database.training_records.size(), 40);
  EXPECT_EQ(database.test_records.size(), 38);
  for (const std::string& record : database.training_records) EXPECT_EQ(std::stoi(record) % 2, 0);
  for (const std::string& record : database.test_records) EXPECT_EQ(std::stoi(record) % 2, 1);
  std::set<std::string> both(database.training_records.begin(), database.training_records.end());
  both.insert(database.test_records.begin(), database.test_records.end());
  EXPECT_EQ(both, std::set<std::string>(database.records.begin(), database.records.end()));
  EXPECT_THAT(database.dominating_records, ElementsAre("865"));
  for (const char* word : {"odd", "locked", "865", "1,818"}) EXPECT_THAT(database.division_note, HasSubstr(word));
  std::set<std::string> subjects;
  for (const std::string& record : database.records) subjects.insert(database.subject_of(record));
  EXPECT_EQ(subjects.size(), 78);
  EXPECT_TRUE(database.realign_marks);
  EXPECT_FALSE(open_database_as("nstdb", folder).realign_marks);
}

TEST(Svdb, ItsLeadsAreEcgs) {
  BEATBENCH_NEED_DATABASE(folder, "svdb");
  const Database database = open_database(folder.string());
  ReadOptions header;
  header.signals = false;
  header.annotator.reset();
  Preprocessing asked = preprocessing_for(database, {});
  for (const std::string& name : database.records) {
    const Record record = read_record(folder / name, header);
    ASSERT_EQ(record.leads.size(), 2U);
    for (const Lead& lead : record.leads) EXPECT_TRUE(is_ecg_lead(lead.name)) << lead.name;
    EXPECT_EQ(find_lead(record, asked.leads), 0U);
  }
  EXPECT_THAT(asked.leads, ElementsAre("MLII", "II", "V5", "ECG1"));
  EXPECT_EQ(preprocessing_for(database, asked), asked) << "once is enough";
  asked.leads = {"ECG2"};
  EXPECT_THAT(preprocessing_for(database, asked).leads, ElementsAre("ECG2")) << "whoever names leads gets those";
}

TEST(Svdb, APartOfItNamesARecordThatIsMissing) {
  const TestFolder root;
  write_record(small_record("800", "N"), root / "svdb");
  EXPECT_ERROR(open_database((root / "svdb").string()), ErrorKind::data, "svdb", "record 802 is missing");
}

TEST(Nstdb, ListsTheRecordsThatHaveBeats) {
  const TestFolder root;
  for (const char* name : {"118e24", "118e_6", "119e06", "bw", "em", "ma"})
    write_record(small_record(name, "N"), root / "nstdb");
  const Database database = open_database((root / "nstdb").string());
  EXPECT_THAT(database.records, ElementsAre("118e24", "118e_6", "119e06"));
  EXPECT_EQ(database.snr_db, (std::map<std::string, double>{{"118e24", 24}, {"118e_6", -6}, {"119e06", 6}}));
  root.put("nstdb/RECORDS", "ma\n119e06\nbw\nem\n118e24\n");  // as PhysioNet's has them
  EXPECT_THAT(open_database((root / "nstdb").string()).records, ElementsAre("119e06", "118e24"));
  const DataRoot set(root.path());
  EXPECT_EQ(find_record("nstdb/bw"), root / "nstdb/bw") << "noise is found by name";
}

// The headers say what was added: "Created by `nst' from records 118 and em (SNR = 24 dB)".
TEST(Nstdb, RatiosAndSubjectsAreThoseOfItsHeaders) {
  BEATBENCH_NEED_DATABASE(folder, "nstdb");
  const Database database = open_database(folder.string());
  ASSERT_EQ(database.records.size(), 12);
  ReadOptions header;
  header.signals = false;
  header.annotator.reset();
  for (const std::string& name : database.records) {
    std::string comments;
    for (const std::string& comment : read_record(folder / name, header).comments) comments += comment + "\n";
    const std::string subject = database.subject_of(name);
    const int snr_db = static_cast<int>(database.snr_db.at(name));
    EXPECT_THAT(comments, HasSubstr("from records " + subject + " and em"));
    EXPECT_THAT(comments, HasSubstr("SNR = " + std::to_string(snr_db) + " dB"));
  }
}

TEST(MarksToRealign, AreToldByTheFolder) {
  EXPECT_TRUE(has_marks_to_realign("data/svdb/800"));
  EXPECT_TRUE(has_marks_to_realign(fs::path("/data/svdb/") / "800"));
  EXPECT_FALSE(has_marks_to_realign("data/mitdb/800"));
  EXPECT_FALSE(has_marks_to_realign("data/svdb/part/800"));
}

TEST(FindAnnotations, LiesWhereTheRecordsNameSays) {
  const TestFolder root;
  const std::vector<std::string> records = {"ward/a/100", "ward/b/100", "ward/b/101", "102"};
  const auto found = [&](const std::string& record) {
    return find_annotations(root.path(), records, record, "pred").value_or("none");
  };
  for (const std::string& record : records) EXPECT_EQ(found(record), "none");
  fs::create_directories(root / "ward/a");
  fs::create_directories(root / "b");
  root.put("ward/a/100.pred", "");
  root.put("b/100.pred", "");  // as much as tells it from the other 100
  root.put("100.pred", "");    // whose it is cannot be told
  root.put("101.pred", "");
  root.put("102.pred", "");
  root.put("102.atr", "");
  EXPECT_EQ(found("ward/a/100"), root / "ward/a/100.pred");
  EXPECT_EQ(found("ward/b/100"), root / "b/100.pred");
  EXPECT_EQ(found("ward/b/101"), root / "101.pred");
  EXPECT_EQ(found("102"), root / "102.pred");
  fs::remove(root / "b/100.pred");
  EXPECT_EQ(found("ward/b/100"), "none");
}

// A record beside a folder of its namesake.
TEST(FindAnnotations, AFileOfTheWholeNameIsTheRecordsOwn) {
  const TestFolder root;
  const std::vector<std::string> records = {"100", "a/100"};
  root.put("100.pred", "");
  EXPECT_EQ(find_annotations(root.path(), records, "100", "pred"), root / "100.pred");
  EXPECT_FALSE(find_annotations(root.path(), records, "a/100", "pred"));
}

}  // namespace
}  // namespace beatbench
