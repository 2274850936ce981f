#include "beatbench/data/dataset.h"

#include <gmock/gmock.h>

#include <fstream>

#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "data/made_up_data.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using namespace std::string_literals;
using testing::ElementsAre;
using testing::HasSubstr;
using tests::small_record;
using tests::TestFolder;

// Four records; "b" and "c" are of one subject, "d" has no beat of paper8.
Database small_database(const TestFolder& folder) {
  write_record(small_record("a", "NNV+!"), folder.path());
  write_record(small_record("b", "NjAF"), folder.path());
  write_record(small_record("c", "E/LRN"), folder.path());
  write_record(small_record("d", "~+Q"), folder.path());
  Database database;
  database.name = "small";
  database.folder = folder.path();
  database.records = {"a", "b", "c", "d"};
  database.subjects = {{"c", "b"}};
  return database;
}

TEST(LoadDatabase, CutsAWindowForEachBeatOfAClass) {
  const TestFolder folder;
  const Dataset dataset = load_database(small_database(folder), Preprocessing(), {});
  EXPECT_EQ(dataset.name, "small");
  EXPECT_THAT(dataset.class_names, ElementsAre("NOR", "PVC", "PAB", "RBB", "LBB", "APC", "VFW", "VEB"));
  std::string symbols;
  std::vector<int> labels, records;
  for (const BeatRow& row : dataset.windows.rows) {
    symbols += symbol_of(row.code).value();
    labels.push_back(row.label);
    records.push_back(static_cast<int>(row.record));
  }
  EXPECT_EQ(symbols, "NNV!NAE/LRN");
  EXPECT_THAT(labels, ElementsAre(0, 0, 1, 6, 0, 5, 7, 2, 4, 3, 0));
  EXPECT_THAT(records, ElementsAre(0, 0, 0, 0, 1, 1, 2, 2, 2, 2, 2));
  EXPECT_EQ(dataset.windows.rows[3].sample, 200 + 4 * 300);
  EXPECT_EQ(dataset.annotations_left_out, 1 + 2 + 3) << "+ of a, j and F of b, ~ + Q of d";
  EXPECT_EQ(dataset.windows.values.size(), 11 * 216);
}

Preprocessing images() {
  Preprocessing preprocessing;
  preprocessing.input = "image";
  preprocessing.image_size = 32;
  return preprocessing;
}

TEST(LoadDatabase, DrawsAnImageForEachBeatOfAClass) {
  const TestFolder folder;
  const Database database = small_database(folder);
  const Dataset windows = load_database(database, Preprocessing(), {});
  for (const int threads : {1, 3}) {
    const Dataset dataset = load_database(database, images(), tests::with_threads(threads));
    EXPECT_EQ(dataset.windows.shape.image_size, 32);
    EXPECT_EQ(dataset.windows.pixels.size(), 11 * 32 * 32);
    EXPECT_TRUE(dataset.windows.values.empty());
    EXPECT_EQ(dataset.hash, windows.hash);
    ASSERT_EQ(dataset.windows.size(), windows.windows.size());
    for (std::size_t i = 0; i < dataset.windows.size(); ++i) {
      EXPECT_EQ(dataset.windows.rows[i].sample, windows.windows.rows[i].sample);
      EXPECT_EQ(dataset.windows.rows[i].label, windows.windows.rows[i].label);
    }
    const BeatSet chosen = select_beats(dataset.windows, std::vector<std::uint32_t>{9, 2});
    EXPECT_TRUE(std::ranges::equal(chosen.image(0), dataset.windows.image(9)));
    EXPECT_TRUE(std::ranges::equal(chosen.image(1), dataset.windows.image(2)));
  }
}

// An image reaches to its neighbours: beats of any kind and flutter waves, but no mark of rhythm or noise.
TEST(LoadDatabase, OnlyBeatsBoundAnImage) {
  const auto image_of_v = [](const std::string& symbols) {
    const TestFolder folder;
    write_record(small_record("a", symbols), folder.path());
    Database database;
    database.folder = folder.path();
    database.records = {"a"};
    const Dataset dataset = load_database(database, images(), {});
    const auto row = std::ranges::find(dataset.windows.rows, 1, &BeatRow::label) - dataset.windows.rows.begin();
    const auto pixels = dataset.windows.image(static_cast<std::size_t>(row));
    return std::vector<std::uint8_t>(pixels.begin(), pixels.end());
  };
  const auto with_mark = image_of_v("NNV+N");
  EXPECT_EQ(image_of_v("NNV~N"), with_mark);
  EXPECT_NE(image_of_v("NNVNN"), with_mark);
  EXPECT_EQ(image_of_v("NNVjN"), image_of_v("NNVNN")) << "a beat of no class of paper8";
  EXPECT_EQ(image_of_v("NNV!N"), image_of_v("NNVNN"));
}

TEST(LoadDatabase, KnowsWhoseRecordsTheyAre) {
  const TestFolder folder;
  const Dataset dataset = load_database(small_database(folder), Preprocessing(), {});
  EXPECT_THAT(dataset.windows.records,
              ElementsAre(RecordName{"a", "a"}, RecordName{"b", "b"}, RecordName{"c", "b"}, RecordName{"d", "d"}));
}

TEST(LoadDatabase, DoesNotDependOnTheNumberOfThreads) {
  const TestFolder folder;
  const Database database = small_database(folder);
  const Dataset one = load_database(database, Preprocessing(), tests::with_threads(1));
  for (const int threads : {0, 2, 3, 9}) {
    const Dataset many = load_database(database, Preprocessing(), tests::with_threads(threads));
    EXPECT_EQ(many.hash, one.hash);
    EXPECT_EQ(many.windows.values, one.windows.values);
    ASSERT_EQ(many.windows.size(), one.windows.size());
    for (std::size_t i = 0; i < one.windows.size(); ++i) {
      EXPECT_EQ(many.windows.rows[i].sample, one.windows.rows[i].sample);
      EXPECT_EQ(many.windows.rows[i].record, one.windows.rows[i].record);
    }
  }
}

TEST(LoadDatabase, TakesTheRecordsAskedForInTheirOrder) {
  const TestFolder folder;
  const Dataset dataset = load_database(small_database(folder), Preprocessing(), tests::with_records({"c", "a"}));
  EXPECT_THAT(dataset.windows.records, ElementsAre(RecordName{"c", "b"}, RecordName{"a", "a"}));
  EXPECT_EQ(dataset.windows.size(), 5 + 4);
  EXPECT_EQ(dataset.windows.rows.front().code, code_of("E"));
}

TEST(LoadDatabase, HashChangesWithTheFilesAndTheirOrder) {
  const TestFolder folder;
  const Database database = small_database(folder);
  const std::string hash = load_database(database, Preprocessing(), {}).hash;
  EXPECT_EQ(load_database(database, Preprocessing(), {}).hash, hash);
  EXPECT_NE(load_database(database, Preprocessing(), tests::with_records({"b", "a", "c", "d"})).hash, hash);
  write_record(small_record("d", "~+Q+"), folder.path());
  EXPECT_NE(load_database(database, Preprocessing(), {}).hash, hash) << "one more annotation";
}

TEST(LoadDatabase, ReportsProgress) {
  const TestFolder folder;
  std::vector<std::size_t> done;
  LoadOptions options;
  options.threads = 3;
  options.on_progress = [&](std::size_t n, std::size_t total) {
    done.push_back(n);
    EXPECT_EQ(total, 4);
  };
  load_database(small_database(folder), Preprocessing(), options);
  EXPECT_THAT(done, ElementsAre(1, 2, 3, 4));
}

// A header whose checksum is not that of its samples.
TEST(LoadDatabase, PassesWarningsOnAndIsStrictWhereAsked) {
  const TestFolder folder;
  const Database database = small_database(folder);
  std::string signal = read_text_file(folder / "a.dat");
  signal[3000] = static_cast<char>(signal[3000] ^ 1);
  folder.put("a.dat", signal);
  std::vector<std::string> warnings;
  LoadOptions options;
  options.on_warning = [&](const std::string& line) { warnings.push_back(line); };
  EXPECT_EQ(load_database(database, Preprocessing(), options).windows.size(), 11);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("checksum")));
  options.strict = true;
  EXPECT_ERROR(load_database(database, Preprocessing(), options), ErrorKind::data, "checksum");
}

TEST(LoadDatabase, ARecordThatFailsStopsItAtAnyNumberOfThreads) {
  const TestFolder folder;
  const Database database = small_database(folder);
  std::filesystem::remove(folder / "b.dat");
  for (const int threads : {1, 3}) {
    EXPECT_ERROR(load_database(database, Preprocessing(), tests::with_threads(threads)), ErrorKind::io, "b.dat");
  }
}

TEST(LoadDatabase, WithoutABeatOfAClassIsAnError) {
  const TestFolder folder;
  const Database database = small_database(folder);
  EXPECT_ERROR(load_database(database, Preprocessing(), tests::with_records({"d"})), ErrorKind::unsupported,
               folder.path().string(), "paper8"s);
}

TEST(LoadDatabase, ChecksWhatItIsAskedFor) {
  const TestFolder folder;
  Preprocessing preprocessing;
  preprocessing.class_map = "paper9";
  EXPECT_ERROR(load_database(small_database(folder), preprocessing, {}), ErrorKind::usage, "paper9", "paper8");
  preprocessing = Preprocessing();
  preprocessing.after_samples = 0;
  EXPECT_ERROR(load_database(small_database(folder), preprocessing, {}), ErrorKind::usage, "after_samples");
  preprocessing = Preprocessing();
  preprocessing.leads = {"V9"};
  EXPECT_ERROR(load_database(small_database(folder), preprocessing, {}), ErrorKind::unsupported, "V9", "MLII");
}

TEST(LoadDatabase, CountsWindowsAcrossAnEdge) {
  const TestFolder folder;
  const Database database = small_database(folder);
  Preprocessing preprocessing;
  preprocessing.before_samples = 201;  // the first beat of each record is at sample 200
  const Dataset kept = load_database(database, preprocessing, {});
  EXPECT_EQ(kept.windows.edge_windows, 3);
  EXPECT_EQ(kept.windows.size(), 11);
  preprocessing.edge = "skip";
  const Dataset skipped = load_database(database, preprocessing, {});
  EXPECT_EQ(skipped.windows.edge_windows, 3);
  EXPECT_EQ(skipped.windows.size(), 8);
}

// As a run with --max-windows loads them: labels first, then the rows that it draws.
TEST(LoadDatabase, CountsTheWindowsAcrossAnEdgeThatAreAskedFor) {
  const TestFolder folder;
  const Database database = small_database(folder);
  Preprocessing preprocessing;
  preprocessing.before_samples = 201;  // the first beat of each record is at sample 200
  LoadOptions labels;
  labels.only_labels = true;
  const BeatSet all = load_database(database, preprocessing, labels).windows;
  EXPECT_EQ(all.edge_windows, 3U);
  for (const auto& [first, end, crossing] : {std::tuple{0, 11, 3}, {0, 4, 1}, {1, 4, 0}, {3, 8, 2}}) {
    LoadOptions some;
    some.only_beats.emplace(all.rows.begin() + first, all.rows.begin() + end);
    const BeatSet windows = load_database(database, preprocessing, some).windows;
    EXPECT_EQ(windows.size(), static_cast<std::size_t>(end - first));
    EXPECT_EQ(windows.edge_windows, static_cast<std::size_t>(crossing)) << first << " " << end;
    EXPECT_EQ(std::ranges::count(windows.rows, true, &BeatRow::crosses_edge), crossing);
    for (std::size_t i = 0; i < windows.size(); ++i) {
      EXPECT_EQ(windows.rows[i].record, all.rows[i + static_cast<std::size_t>(first)].record);
    }
  }
}

// 360 Hz as four samples in each frame of 90 Hz; annotation files count in frames.
TEST(LoadDatabase, ReadsSeveralSamplesPerFrameAtTheirOwnRate) {
  const TestFolder folder;
  Record record = small_record("a", "NNV!");
  record.leads.resize(1);
  for (Lead& lead : record.leads) lead.samples.resize(lead.samples.size() / 4 * 4);
  write_record(record, folder / "plain", 16);
  for (Annotation& annotation : record.annotations) annotation.sample /= 4;  // all are multiples of 4
  write_record(record, folder / "frames", 16);
  const Lead& lead = record.leads.front();
  folder.put("frames/a.hea", "a 1 90 " + std::to_string(lead.samples.size() / 4) + "\na.dat 16x4 " +
                                 number_text(lead.gain) + "(" + std::to_string(lead.baseline) + ")/mV 12 0 0 0 0 " +
                                 lead.name + "\n");
  const auto load = [&](const char* name) {
    Database database;
    database.folder = folder / name;
    database.records = {"a"};
    return load_database(database, Preprocessing(), {}).windows;
  };
  const BeatSet plain = load("plain"), frames = load("frames");
  ASSERT_EQ(frames.size(), 4U);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(frames.rows[i].sample, 200 + 300 * static_cast<std::int64_t>(i));
  EXPECT_EQ(frames.values, plain.values);
}

}  // namespace
}  // namespace beatbench
