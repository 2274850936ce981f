#include <gmock/gmock.h>

#include "beatbench/core/files.h"
#include "beatbench/images/image_file.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "data/made_up_data.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::small_record;
using tests::TestFolder;

Preprocessing images(const std::string& class_map = "paper8") {
  Preprocessing preprocessing;
  preprocessing.input = "image";
  preprocessing.image_size = 32;
  preprocessing.class_map = class_map;
  if (class_map == "paper8") preprocessing.class_names = {"NOR", "PVC", "PAB", "RBB", "LBB", "APC", "VFW", "VEB"};
  return preprocessing;
}

Database records_in(const TestFolder& folder) {
  write_record(small_record("a", "NNV"), folder / "records");
  write_record(small_record("b_1", "LRN/"), folder / "records");
  Database database;
  database.name = "small";
  database.folder = folder / "records";
  database.records = {"a", "b_1"};
  database.subjects = {{"b_1", "a"}};
  return database;
}

void put_gray(const fs::path& file, std::uint8_t gray) {
  fs::create_directories(file.parent_path());
  write_file(file, encode_png(std::vector<std::uint8_t>(32 * 32, gray), 32));
}

TEST(ImageFolder, BringsBackTheImagesOfRecords) {
  const TestFolder folder;
  const Database records = records_in(folder);
  const Dataset drawn = load_database(records, images(), {});
  write_images(folder / "png", drawn.windows, drawn.class_names, 2);
  PreparedData prepared;
  prepared.dataset = "small";
  prepared.dataset_hash = drawn.hash;
  prepared.preprocessing = images();
  prepared.preprocessing.image_range = "halfway";
  folder.put("png/beatbench.json", prepared_data_json(prepared, records));

  const Database database = open_database((folder / "png").string());
  EXPECT_EQ(database.form, DataForm::images);
  EXPECT_EQ(database.name, "png");
  for (const int threads : {1, 3}) {
    const Dataset back = load_database(database, images(), tests::with_threads(threads));
    EXPECT_EQ(back.windows.pixels, drawn.windows.pixels);
    EXPECT_EQ(back.windows.records, drawn.windows.records) << "the subject is known from beatbench.json";
    ASSERT_EQ(back.windows.size(), drawn.windows.size());
    for (std::size_t i = 0; i < back.windows.size(); ++i) {
      EXPECT_EQ(back.windows.rows[i].record, drawn.windows.rows[i].record);
      EXPECT_EQ(back.windows.rows[i].sample, drawn.windows.rows[i].sample);
      EXPECT_EQ(back.windows.rows[i].label, drawn.windows.rows[i].label);
    }
    EXPECT_EQ(back.source_hash, drawn.hash);
    EXPECT_NE(back.hash, drawn.hash);
  }
  EXPECT_EQ(preprocessing_for(database, images()).image_range, "halfway");
  EXPECT_TRUE(fs::is_directory(folder / "png/VEB")) << "a class without beats has its folder";
}

TEST(ImageFolder, LoadsLabelsFirstAndThenOnlyWhatIsChosen) {
  const TestFolder folder;
  const Dataset drawn = load_database(records_in(folder), images(), {});
  write_images(folder / "png", drawn.windows, drawn.class_names, 1);
  const Database database = open_database((folder / "png").string());
  LoadOptions options;
  options.only_labels = true;
  const Dataset labels = load_database(database, images(), options);
  EXPECT_TRUE(labels.windows.pixels.empty());
  EXPECT_EQ(labels.windows.size(), 7U);
  options.only_labels = false;
  options.only_beats = {labels.windows.rows[2], labels.windows.rows[5]};
  const Dataset chosen = load_database(database, images(), options);
  ASSERT_EQ(chosen.windows.size(), 2U);
  EXPECT_EQ(chosen.hash, labels.hash) << "the data is the same";
  EXPECT_TRUE(std::ranges::equal(chosen.windows.image(0), drawn.windows.image(2)));
  EXPECT_TRUE(std::ranges::equal(chosen.windows.image(1), drawn.windows.image(5)));
}

TEST(ImageFolder, OfSomebodyElseHasClassesOfItsOwn) {
  const TestFolder folder;
  put_gray(folder / "sick/one.png", 10);
  put_gray(folder / "sick/two_7.png", 20);
  put_gray(folder / "healthy/x.PNG", 30);
  folder.put("healthy/notes.txt", "no image");
  put_gray(folder / ".cache/y.png", 40);
  const Database database = open_database(folder.path().string());
  EXPECT_ERROR(load_database(database, images(), {}), ErrorKind::unsupported, "healthy", "no class of paper8",
               "--classes own");
  const Dataset dataset = load_database(database, images("own"), {});
  EXPECT_THAT(dataset.class_names, ElementsAre("healthy", "sick"));
  std::vector<int> labels, grays;
  for (std::size_t i = 0; i < dataset.windows.size(); ++i) {
    labels.push_back(dataset.windows.rows[i].label);
    grays.push_back(dataset.windows.image(i)[0]);
  }
  EXPECT_THAT(labels, ElementsAre(0, 1, 1));
  EXPECT_THAT(grays, ElementsAre(30, 10, 20));
  EXPECT_EQ(dataset.windows.records.size(), 1U) << "not every name tells a record, so none does";
}

TEST(ImageFolder, ClassesAreFoldersWithImages) {
  const TestFolder folder;
  put_gray(folder / "own/N/1.png", 10);
  put_gray(folder / "own/V/1.png", 20);
  folder.put("own/docs/readme.txt", "text");
  const Dataset dataset = load_database(open_database((folder / "own").string()), images("own"), {});
  EXPECT_THAT(dataset.class_names, ElementsAre("N", "V"));
}

// "N_1.png" is the first image of class N, not one of a patient N.
TEST(ImageFolder, AClassIsNoRecord) {
  const TestFolder folder;
  for (const char* name : {"N", "V"}) {
    for (const char* number : {"_1.png", "_2.png"}) put_gray(folder / "own" / name / (std::string(name) + number), 9);
  }
  const Dataset dataset = load_database(open_database((folder / "own").string()), images("own"), {});
  EXPECT_THAT(dataset.windows.records, ElementsAre(RecordName{"own", "own"}));
  EXPECT_EQ(dataset.windows.size(), 4U);
}

TEST(ImageFolder, RecordsMayLieInFolders) {
  const TestFolder folder;
  BeatSet beats;
  beats.shape.image_size = 32;
  beats.pixels.assign(3 * 32 * 32, 7);
  beats.records = {{"a/100", "a/100"}, {"b/100", "b/100"}};
  beats.rows = {{0, 5, 0, 0}, {0, 9, 0, 1}, {1, 5, 0, 1}};
  write_images(folder / "png", beats, std::vector<std::string>{"N", "V"}, 1);
  const Dataset back = load_database(open_database((folder / "png").string()), images("own"), {});
  EXPECT_EQ(back.windows.records, beats.records);
}

TEST(ImageFolder, HashFollowsContentNameAndClass) {
  const TestFolder folder;
  put_gray(folder / "a/r_1.png", 10);
  put_gray(folder / "b/r_2.png", 20);
  const auto hash = [&] { return load_database(open_database(folder.path().string()), images("own"), {}).hash; };
  const std::string before = hash();
  EXPECT_EQ(hash(), before);
  put_gray(folder / "a/r_1.png", 11);
  EXPECT_NE(hash(), before);
  put_gray(folder / "a/r_1.png", 10);
  EXPECT_EQ(hash(), before);
  fs::rename(folder / "a/r_1.png", folder / "b/r_1.png");
  put_gray(folder / "a/r_3.png", 10);
  EXPECT_NE(hash(), before);
}

TEST(ImageFolder, WhatIsWrongIsNamed) {
  const TestFolder folder;
  put_gray(folder / "a/r_1.png", 10);
  const Database one = open_database(folder.path().string());
  EXPECT_ERROR(load_database(one, images("own"), {}), ErrorKind::data, "a single class", "'a'");
  put_gray(folder / "b/r_2.png", 10);
  const Database database = open_database(folder.path().string());
  Preprocessing windows;
  windows.class_map = "own";
  EXPECT_ERROR(load_database(database, windows, {}), ErrorKind::unsupported, "holds images", "windows are asked for");
  folder.put("b/r_3.png", "no image");
  for (const int threads : {1, 2}) {
    EXPECT_ERROR(load_database(database, images("own"), tests::with_threads(threads)), ErrorKind::data, "b/r_3.png",
                 "no image");
  }
  fs::remove(folder / "b/r_3.png");
  folder.put("beatbench.json", "{}");
  EXPECT_ERROR(open_database(folder.path().string()), ErrorKind::data, "beatbench.json", "schema_version");
  folder.put("beatbench.json", "[1");
  EXPECT_ERROR(open_database(folder.path().string()), ErrorKind::data, "beatbench.json");
  folder.put("beatbench.json", R"({"schema_version": 99})");
  EXPECT_ERROR(open_database(folder.path().string()), ErrorKind::unsupported, "beatbench.json", "99");
}

TEST(ImageFolder, RecordsHaveNoClassesOfTheirOwn) {
  const TestFolder folder;
  EXPECT_ERROR(load_database(records_in(folder), images("own"), {}), ErrorKind::usage, "own", "holds records");
}

}  // namespace
}  // namespace beatbench
