#include <gmock/gmock.h>

#include "beatbench/core/hash.h"
#include "beatbench/data/dataset.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using tests::TestFolder;

// Three values a window, classes NOR and PVC.
Preprocessing three_values() {
  Preprocessing preprocessing;
  preprocessing.before_samples = 1;
  preprocessing.after_samples = 2;
  preprocessing.class_names = {"NOR", "PVC"};
  return preprocessing;
}

Dataset load(const std::string& text) {
  const TestFolder folder;
  folder.put("beats.csv", text);
  return load_labelled_csv(folder / "beats.csv", three_values());
}

std::vector<int> labels(const Dataset& dataset) {
  std::vector<int> out;
  for (const BeatRow& row : dataset.windows.rows) out.push_back(row.label);
  return out;
}

std::vector<std::int64_t> lines(const Dataset& dataset) {
  std::vector<std::int64_t> out;
  for (const BeatRow& row : dataset.windows.rows) out.push_back(row.sample);
  return out;
}

TEST(LabelledCsv, LabelsAreNamesOrIndices) {
  const Dataset dataset = load("NOR,1,2,3\nPVC,4,5,6\n1,7,8,9\n0.0,10,11,12\n");
  EXPECT_THAT(labels(dataset), ElementsAre(0, 1, 1, 0));
  EXPECT_THAT(dataset.windows.values, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12));
  EXPECT_EQ(dataset.windows.shape.length_samples, 3);
  EXPECT_EQ(dataset.name, "beats");
  EXPECT_THAT(dataset.class_names, ElementsAre("NOR", "PVC"));
  EXPECT_THAT(dataset.windows.records, ElementsAre(RecordName{"beats", "beats"}));
  EXPECT_EQ(dataset.hash, content_hash("NOR,1,2,3\nPVC,4,5,6\n1,7,8,9\n0.0,10,11,12\n"));
}

TEST(LabelledCsv, ValuesAreTakenAsTheyAre) {
  EXPECT_THAT(load("NOR,-1e-3,2.5E+2,0.1\n").windows.values, ElementsAre(-1e-3F, 250.0F, 0.1F));
  EXPECT_THAT(load("NOR,1e-60,-0,000\n").windows.values, ElementsAre(0, 0, 0)) << "too small for a float is 0";
}

TEST(LabelledCsv, LabelsMayHoldQuotesAndSeparators) {
  Preprocessing preprocessing = three_values();
  preprocessing.class_names = {"NOR", "wide \"V\", early"};
  const TestFolder folder;
  folder.put("beats.csv", "NOR,1,2,3\r\"wide \"\"V\"\", early\",4,5,6\r");
  const Dataset dataset = load_labelled_csv(folder / "beats.csv", preprocessing);
  EXPECT_THAT(labels(dataset), ElementsAre(0, 1));
  EXPECT_THAT(dataset.windows.values, ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST(LabelledCsv, SpacesAndLineEndsDoNotCount) {
  for (const char* text :
       {"NOR,1,2,3\r\nPVC,4,5,6\r\n", "NOR, 1 ,\t2, 3 \nPVC,4,5,6", "\nNOR,1,2,3\n\n \nPVC,4,5,6\n\n"}) {
    const Dataset dataset = load(text);
    EXPECT_THAT(labels(dataset), ElementsAre(0, 1)) << text;
    EXPECT_THAT(dataset.windows.values, ElementsAre(1, 2, 3, 4, 5, 6)) << text;
  }
}

TEST(LabelledCsv, AHeadingIsPassedOver) {
  const Dataset dataset = load("label,s0,s1,s2\nNOR,1,2,3\n");
  EXPECT_THAT(labels(dataset), ElementsAre(0));
  EXPECT_THAT(lines(dataset), ElementsAre(2));
}

// As pandas writes a table: columns numbered, with a name for the labels or none.
TEST(LabelledCsv, ColumnNumbersAreAHeading) {
  Preprocessing twelve = three_values();
  twelve.before_samples = 10;
  const std::string window = ",3,1,4,1,5,9,2,6,5,3,5,8\n";
  for (const char* heading :
       {"label,0,1,2,3,4,5,6,7,8,9,10,11\n", "0,1,2,3,4,5,6,7,8,9,10,11,12\n", ",1,2,3,4,5,6,7,8,9,10,11,12\n"}) {
    const TestFolder folder;
    folder.put("beats.csv", heading + ("NOR" + window) + "PVC" + window);
    EXPECT_THAT(lines(load_labelled_csv(folder / "beats.csv", twelve)), ElementsAre(2, 3)) << heading;
  }
}

TEST(LabelledCsv, TakesWhatSpreadsheetsWrite) {
  for (const char* text :
       {"\xEF\xBB\xBFNOR,1.5,2,3\nPVC,4,5,6\n", "NOR;1,5;2;3\nPVC;4;5;6\n", "NOR\t1,5\t2\t3\nPVC\t4\t5\t6\n"}) {
    const Dataset dataset = load(text);
    EXPECT_THAT(dataset.windows.values, ElementsAre(1.5F, 2, 3, 4, 5, 6)) << text;
    EXPECT_THAT(labels(dataset), ElementsAre(0, 1)) << text;
  }
}

// The record and sample of each window come from the file beside it, so that patients can be kept apart.
TEST(LabelledCsv, RowsKnowTheirRecordWhereTheFileBesideThemSaysIt) {
  const TestFolder folder;
  Database source;
  source.subjects = {{"202", "201"}};
  PreparedData prepared;
  prepared.windows_of = {{"201", {77, 300}}, {"202", {12}}};
  folder.put("beats.csv", "NOR,1,2,3\nPVC,4,5,6\nNOR,7,8,9\n");
  folder.put("beats.json", prepared_data_json(prepared, source));
  const Database database = open_database((folder / "beats.csv").string());
  const Dataset all = load_database(database, three_values(), {});
  EXPECT_THAT(all.windows.records, ElementsAre(RecordName{"201", "201"}, RecordName{"202", "201"}));
  EXPECT_THAT(lines(all), ElementsAre(77, 300, 12));
  EXPECT_EQ(all.windows.rows[2].record, 1U);
  LoadOptions some;
  some.only_beats = {all.windows.rows[2], all.windows.rows[0]};
  EXPECT_THAT(load_database(database, three_values(), some).windows.values, ElementsAre(1, 2, 3, 7, 8, 9));

  folder.put("beats.csv", "NOR,1,2,3\nPVC,4,5,6\n");
  EXPECT_ERROR(load_database(database, three_values(), {}), ErrorKind::data, "holds 2 windows", "tells of 3");
  folder.put("beats.json", "{\"mine\": 1}");
  EXPECT_FALSE(open_database((folder / "beats.csv").string()).prepared) << "somebody else's JSON";
}

TEST(LabelledCsv, RowsKnowTheirLine) { EXPECT_THAT(lines(load("NOR,1,2,3\n\nPVC,4,5,6\n")), ElementsAre(1, 3)); }

TEST(LabelledCsv, OnlyTheFirstLineCanBeAHeading) {
  EXPECT_ERROR(load("NOR,1,2,3\nlabel,s0,s1,s2\n"), ErrorKind::data, "beats.csv line 2", "'label'", "NOR, PVC");
}

TEST(LabelledCsv, AWrongCountOfFieldsNamesTheLine) {
  EXPECT_ERROR(load("NOR,1,2,3\nPVC,4,5\n"), ErrorKind::data, "beats.csv line 2", "3 fields", "3 values");
  EXPECT_ERROR(load("NOR,1,2,3,\n"), ErrorKind::data, "beats.csv line 1", "5 fields");
  EXPECT_ERROR(load("NOR,1,2,3\nPVC\n"), ErrorKind::data, "beats.csv line 2", "1 fields");
}

TEST(LabelledCsv, AValueThatIsNoNumberNamesTheLineAndThePlace) {
  EXPECT_ERROR(load("\nNOR,1,2,x\n"), ErrorKind::data, "beats.csv line 2", "value 3", "'x'");
  EXPECT_ERROR(load("NOR,1,2 2,3\n"), ErrorKind::data, "beats.csv line 1", "value 2", "'2 2'");
  EXPECT_ERROR(load("NOR,1,2,3\nNOR,1,,3\n"), ErrorKind::data, "beats.csv line 2", "value 2", "''");
  EXPECT_ERROR(load("NOR,1,2,3\nNOR,0x1,2,3\n"), ErrorKind::data, "beats.csv line 2", "value 1", "'0x1'");
}

TEST(LabelledCsv, AValueThatIsNotFiniteNamesTheLine) {
  for (const std::string value : {"nan", "NaN", "inf", "-inf", "1e400", "1e39"}) {
    EXPECT_ERROR(load("NOR,1,2,3\nPVC,4," + value + ",6\n"), ErrorKind::data, "beats.csv line 2"s, "'" + value + "'");
  }
}

TEST(LabelledCsv, ANanInTheFirstLineIsNoHeading) {
  EXPECT_ERROR(load("NOR,nan,2,3\nPVC,4,5,6\n"), ErrorKind::data, "beats.csv line 1", "'nan'");
  EXPECT_ERROR(load("NOR,-inf,2,3\nPVC,4,5,6\n"), ErrorKind::data, "beats.csv line 1", "'-inf'");
}

TEST(LabelledCsv, AnUnknownLabelNamesTheLineAndTheValidOnes) {
  for (const std::string label : {"VEB", "nor", "2", "-1", "0.5", "", "nan"}) {
    EXPECT_ERROR(load("NOR,1,2,3\n" + label + ",4,5,6\n"), ErrorKind::data, "beats.csv line 2"s, "'" + label + "'",
                 "NOR, PVC, or 0 to 1"s);
  }
}

TEST(LabelledCsv, WithoutAWindowIsAnError) {
  for (const char* text : {"", "\n\n", "\r\n", "label,s0,s1,s2\n"}) {
    EXPECT_ERROR(load(text), ErrorKind::data, "beats.csv", "no window");
  }
}

TEST(LabelledCsv, BringsBackWhatWasWritten) {
  const TestFolder folder;
  BeatSet windows;
  windows.shape.length_samples = 3;
  windows.values = {0.1F, -1e-30F, 3.4e38F, 1.0F / 3.0F, -0.0F, 16777217.0F};
  windows.records = {{"r", "r"}};
  windows.rows = {{0, 5, 1, 1}, {0, 9, 1, 0}};
  write_labelled_csv(folder / "beats.csv", windows, three_values().class_names);
  const Dataset back = load_labelled_csv(folder / "beats.csv", three_values());
  EXPECT_EQ(back.windows.values, windows.values);
  EXPECT_THAT(labels(back), ElementsAre(1, 0));
}

TEST(LabelledCsv, CanHaveClassesOfItsOwn) {
  const TestFolder folder;
  folder.put("beats.csv", "wide,1,2,3\nnarrow,4,5,6\nwide,7,8,9\n");
  Preprocessing own = three_values();
  own.class_map = "own";
  own.class_names.clear();
  const Dataset dataset = load_database(open_database((folder / "beats.csv").string()), own, {});
  EXPECT_THAT(dataset.class_names, ElementsAre("narrow", "wide"));
  EXPECT_THAT(labels(dataset), ElementsAre(1, 0, 1));
  own.input = "image";
  EXPECT_ERROR(load_database(open_database((folder / "beats.csv").string()), own, {}), ErrorKind::unsupported,
               "holds windows", "images are asked for");
}

TEST(LabelledCsv, LoadsLabelsFirstAndThenOnlyWhatIsChosen) {
  const TestFolder folder;
  folder.put("beats.csv", "NOR,1,2,3\n\nPVC,4,5,6\nNOR,7,8,9\n");
  const Database database = open_database((folder / "beats.csv").string());
  LoadOptions options;
  options.only_labels = true;
  const Dataset all = load_database(database, three_values(), options);
  EXPECT_THAT(labels(all), ElementsAre(0, 1, 0));
  EXPECT_TRUE(all.windows.values.empty());
  options.only_labels = false;
  options.only_beats = {all.windows.rows[1]};
  EXPECT_THAT(load_database(database, three_values(), options).windows.values, ElementsAre(4, 5, 6));
}

TEST(LabelledCsv, AMissingFileIsAnError) {
  const TestFolder folder;
  EXPECT_ERROR(load_labelled_csv(folder / "none.csv", three_values()), ErrorKind::io, "none.csv");
}

}  // namespace
}  // namespace beatbench
