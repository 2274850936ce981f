#include "beatbench/wfdb/tracings.h"

#include <gmock/gmock.h>
#include <hdf5.h>

#include <cmath>

#include "beatbench/core/files.h"
#include "beatbench/core/label_map.h"
#include "beatbench/data/dataset.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using tests::TestFolder;

constexpr hsize_t kLength = 4096, kLeads = 12;

// Units of 0.1 mV: lead l of row r holds r + l + i / 1000 at sample i, and zeros in the first and last 48.
std::vector<float> made_up_tracings(hsize_t rows) {
  std::vector<float> values;
  for (hsize_t r = 0; r < rows; ++r) {
    for (hsize_t i = 0; i < kLength; ++i) {
      const bool is_filled = i < 48 || i >= kLength - 48;
      for (hsize_t l = 0; l < kLeads; ++l)
        values.push_back(is_filled ? 0.0F
                                   : static_cast<float>(static_cast<double>(r + l) + static_cast<double>(i) / 1000));
    }
  }
  return values;
}

// As Ribeiro et al. publish them, written by HDF5 itself.
void write_tracings(const std::filesystem::path& path, std::vector<hsize_t> size, const std::vector<float>& values,
                    const std::vector<std::int64_t>& exams = {}, const char* name = "tracings") {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  ASSERT_GE(file, 0);
  const hid_t space = H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr);
  const hid_t data = H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
  ASSERT_GE(H5Dwrite(data, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()), 0);
  H5Dclose(data);
  H5Sclose(space);
  if (!exams.empty()) {
    const hsize_t count = exams.size();
    const hid_t line = H5Screate_simple(1, &count, nullptr);
    const hid_t ids = H5Dcreate2(file, "exam_id", H5T_STD_I64LE, line, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    ASSERT_GE(H5Dwrite(ids, H5T_NATIVE_INT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, exams.data()), 0);
    H5Dclose(ids);
    H5Sclose(line);
  }
  H5Fclose(file);
}

Preprocessing of_recordings(const char* label_map = "ribeiro6") {
  Preprocessing preprocessing = usual_preprocessing("recording");
  preprocessing.class_map = label_map;
  preprocessing.class_names = find_label_map(label_map).class_names();
  return preprocessing;
}

std::vector<std::uint64_t> classes_in(const Dataset& dataset) {
  std::vector<std::uint64_t> classes;
  for (const BeatRow& row : dataset.windows.rows) classes.push_back(row.classes);
  return classes;
}

TEST(Tracings, AreReadInMillivoltsWithoutWhatTheyWereFilledUpWith) {
  const TestFolder folder;
  write_tracings(folder / "a.hdf5", {3, kLength, kLeads}, made_up_tracings(3));
  EXPECT_EQ(count_tracings(folder / "a.hdf5"), 3U);
  const Record record = read_tracing(folder / "a.hdf5", 2);
  EXPECT_EQ(record.id, "a/2");
  EXPECT_EQ(record.sampling_rate_hz, 400);
  EXPECT_EQ(record.length_samples(), 4000U);
  EXPECT_EQ(record.leads[8].name, "V3");
  const std::vector<float> v3 = to_millivolts(record.leads[8]);
  EXPECT_NEAR(v3[0], 0.1 * (2 + 8 + 0.048), 1e-5);
  EXPECT_NEAR(v3[3999], 0.1 * (2 + 8 + 4.047), 1e-5);
}

// The published test set: labels in the order of the recordings.
TEST(Tracings, WithLabelsInTheirOrder) {
  const TestFolder folder;
  const std::vector<float> values = made_up_tracings(3);
  write_tracings(folder / "ecg_tracings.hdf5", {3, kLength, kLeads}, values);
  write_file_atomically(folder / "gold_standard.csv",
                        "1dAVb,RBBB,LBBB,SB,AF,ST\n0,0,0,0,1,0\n1,1,0,0,0,0\n0,0,0,0,0,0\n");
  const Database database = open_database((folder / "ecg_tracings.hdf5").string());
  const Dataset dataset = load_database(database, of_recordings(), {});
  EXPECT_THAT(classes_in(dataset), ElementsAre(0b010000U, 0b000011U, 0U));
  EXPECT_THAT(classes_in(load_database(database, of_recordings("abnormal"), {})), ElementsAre(1U, 1U, 0U));
  const std::uint32_t row = 1;
  const std::vector<float> input = inputs_of(dataset.windows, {&row, 1});
  ASSERT_EQ(input.size(), kLength * kLeads);
  for (const std::size_t l : {0U, 11U}) {
    for (const std::size_t i : {0U, 47U, 48U, 2000U, 4047U, 4048U})
      EXPECT_NEAR(input[l * kLength + i], 0.1F * values[(kLength + i) * kLeads + l], 1e-5) << l << " " << i;
  }
}

// CODE-15%: parts with examination numbers, one table for all, True and False, patients with several recordings.
TEST(Tracings, WithATableByExamination) {
  const TestFolder folder;
  write_tracings(folder / "exams_part0.hdf5", {3, kLength, kLeads}, made_up_tracings(3), {11, 12, 0});
  write_tracings(folder / "exams_part1.hdf5", {1, kLength, kLeads}, made_up_tracings(1), {21});
  write_file_atomically(folder / "exams.csv",
                        "exam_id,age,is_male,1dAVb,RBBB,LBBB,SB,ST,AF,patient_id,normal_ecg,trace_file\n"
                        "21,60,True,False,False,True,False,False,False,7,False,exams_part1.hdf5\n"
                        "12,1,True,False,False,False,False,True,False,8,False,exams_part0.hdf5\n"
                        "11,50,False,False,False,False,False,False,False,7,True,exams_part0.hdf5\n");
  const Database database = open_database(folder.path().string());
  EXPECT_THAT(database.records, ElementsAre("exams_part0/0", "exams_part0/1", "exams_part1/0"))
      << "0 is no examination";
  EXPECT_EQ(database.subject_of("exams_part0/0"), database.subject_of("exams_part1/0"));
  EXPECT_NE(database.subject_of("exams_part0/0"), database.subject_of("exams_part0/1"));
  EXPECT_THAT(classes_in(load_database(database, of_recordings(), {})), ElementsAre(0U, 0b100000U, 0b000100U));
  EXPECT_THAT(classes_in(load_database(database, of_recordings("abnormal"), {})), ElementsAre(0U, 1U, 1U));
}

TEST(Tracings, FilesThatAreNoneAreNamed) {
  const TestFolder folder;
  const std::string labels = "AF\n1\n";
  const auto refuse = [&](ErrorKind kind, const char* words) {
    write_file_atomically(folder / "x.csv", labels);
    EXPECT_ERROR(open_database((folder / "x.hdf5").string()), kind, "x.", words);
  };
  write_file_atomically(folder / "x.hdf5", "no HDF5");
  refuse(ErrorKind::data, "HDF5");
  write_tracings(folder / "x.hdf5", {1, 2, kLeads}, std::vector<float>(24), {}, "signals");
  refuse(ErrorKind::data, "no data set 'tracings'");
  write_tracings(folder / "x.hdf5", {2, kLeads}, std::vector<float>(24));
  refuse(ErrorKind::data, "[recordings, samples, 12]");
  write_tracings(folder / "x.hdf5", {2, 2, kLeads}, std::vector<float>(48));
  refuse(ErrorKind::data, "1 rows; there are 2");
  write_file_atomically(folder / "x.csv", "age\n1\n2\n");
  EXPECT_ERROR(open_database((folder / "x.hdf5").string()), ErrorKind::data, "x.csv", "label map");
  std::filesystem::remove(folder / "x.csv");
  EXPECT_ERROR(open_database((folder / "x.hdf5").string()), ErrorKind::usage, "labels", "found 0");
  EXPECT_ERROR(read_tracing(folder / "x.hdf5", 2), ErrorKind::usage, "row 2");
}

TEST(Tracings, InAFolderOfAnotherKindAreLeftAlone) {
  const TestFolder folder;
  write_tracings(folder / "features.h5", {1, 2, kLeads}, std::vector<float>(24));
  EXPECT_TRUE(is_tracings_folder(folder.path()));
  write_file_atomically(folder / "RECORDS", "a\n");
  EXPECT_FALSE(is_tracings_folder(folder.path()));
  EXPECT_EQ(open_database(folder.path().string()).form, DataForm::records);
}

TEST(Tracings, OfSeveralFilesNeedExaminationNumbers) {
  const TestFolder folder;
  for (const char* name : {"part2.hdf5", "part10.hdf5"})
    write_tracings(folder / name, {1, 2, kLeads}, std::vector<float>(24));
  write_file_atomically(folder / "labels.csv", "AF\n1\n0\n");
  EXPECT_ERROR(open_database(folder.path().string()), ErrorKind::data, "exam_id", "2 files");
}

}  // namespace
}  // namespace beatbench
