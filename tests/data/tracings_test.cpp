#include "beatbench/recordings/hdf5/tracings.h"

#include <gmock/gmock.h>
#include <hdf5.h>

#include <cmath>
#include <fstream>
#include <limits>

#include "beatbench/core/files.h"
#include "beatbench/core/label_map.h"
#include "beatbench/core/plausibility.h"
#include "beatbench/data/dataset.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::TestFolder;

constexpr hsize_t kLength = 4096, kLeads = 12;

// mV: lead l of row r holds r + l + i / 1000 at sample i, and zeros in the first and last 48.
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
  Preprocessing preprocessing = default_preprocessing("recording");
  preprocessing.class_map = label_map;
  preprocessing.class_names = require_label_map(label_map).class_names();
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
  EXPECT_NEAR(v3[0], 2 + 8 + 0.048, 1e-5);
  EXPECT_NEAR(v3[3999], 2 + 8 + 4.047, 1e-5);
  EXPECT_TRUE(record.leads[8].unit_is_assumed);
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
      EXPECT_NEAR(input[l * kLength + i], values[(kLength + i) * kLeads + l], 1e-5) << l << " " << i;
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

// Two rows of 12 leads that fulfil the relations of the limb leads; QRS complexes of about 1 mV once a second.
std::vector<float> plausible_tracings(double factor = 1) {
  std::vector<float> values;
  for (hsize_t r = 0; r < 2; ++r) {
    for (hsize_t i = 0; i < kLength; ++i) {
      const double t = static_cast<double>(i % 400) / 400;
      const auto bump = [&](double at) { return std::exp(-std::pow((t - at) / 0.012, 2) / 2); };
      const double one = 0.05 + 0.7 * bump(0.4) - 0.2 * bump(0.43), two = 1.1 * bump(0.41) + 0.1 * bump(0.2);
      const std::vector<double> limb = {one, two, two - one, -(one + two) / 2, one - two / 2, two - one / 2};
      for (const double mv : limb) values.push_back(static_cast<float>(factor * mv));
      for (std::size_t l = 6; l < kLeads; ++l) values.push_back(static_cast<float>(factor * (one + two * 0.1 * l)));
    }
  }
  return values;
}

void state_unit(const std::filesystem::path& path, const std::string& unit, bool of_variable_length) {
  const hid_t file = H5Fopen(path.c_str(), H5F_ACC_RDWR, H5P_DEFAULT), data = H5Dopen2(file, "tracings", H5P_DEFAULT);
  const hid_t type = H5Tcopy(H5T_C_S1), space = H5Screate(H5S_SCALAR);
  H5Tset_size(type, of_variable_length ? H5T_VARIABLE : unit.size());
  const hid_t attribute = H5Acreate2(data, "units", type, space, H5P_DEFAULT, H5P_DEFAULT);
  const char* text = unit.c_str();
  ASSERT_GE(H5Awrite(attribute, type, of_variable_length ? static_cast<const void*>(&text) : text), 0);
  H5Aclose(attribute);
  H5Sclose(space);
  H5Tclose(type);
  H5Dclose(data);
  H5Fclose(file);
}

TEST(Tracings, AreReadInTheUnitThatTheirFileStates) {
  const TestFolder folder;
  const std::vector<float> expected = to_millivolts([&] {
    write_tracings(folder / "mv.h5", {2, kLength, kLeads}, plausible_tracings());
    return read_tracing(folder / "mv.h5", 1);
  }()
                                                        .leads[1]);
  for (const auto& [unit, factor] : std::vector<std::pair<std::string, double>>{
           {"mV", 1}, {"uV", 1e3}, {"1e-4V", 10}, {"0.1 mV", 10}, {"V", 1e-3}, {"1e-6 V", 1e3}}) {
    for (const bool of_variable_length : {false, true}) {
      const std::filesystem::path file = folder / "x.h5";
      write_tracings(file, {2, kLength, kLeads}, plausible_tracings(factor));
      state_unit(file, unit, of_variable_length);
      const Record record = read_tracing(file, 1);
      EXPECT_FALSE(record.leads[1].unit_is_assumed);
      const std::vector<float> found = to_millivolts(record.leads[1]);
      ASSERT_EQ(found.size(), expected.size());
      for (std::size_t i = 0; i < found.size(); ++i) ASSERT_NEAR(found[i], expected[i], 2e-6) << unit;
    }
  }
  for (const char* unit : {"mmHg", "-1 mV", "tenths", ""}) {
    write_tracings(folder / "x.h5", {2, kLength, kLeads}, plausible_tracings());
    state_unit(folder / "x.h5", std::string(unit) + " ", true);
    EXPECT_ERROR(read_tracing(folder / "x.h5", 1), ErrorKind::unsupported, "x.h5", "1e-4V");
  }
}

// A file that states no unit is read as mV. What is ten times too high is doubted, a thousand times refused.
TEST(Tracings, WhoseUnitIsOpenAreDoubtedByTheirAmplitude) {
  struct Case {
    double factor;
    const char* warning;  // "": none
    bool refused;
  };
  for (const Case& c : {Case{1, "", false}, Case{10, "tenths of mV", false}, Case{1e3, "in uV it would be", true},
                        Case{1e-3, "in V it would be", true}, Case{1e6, "in nV it would be", true}}) {
    const TestFolder folder;
    write_tracings(folder / "x.h5", {2, kLength, kLeads}, plausible_tracings(c.factor));
    write_file_atomically(folder / "x.csv", "AF\n0\n1\n");
    const Database database = open_database((folder / "x.h5").string());
    std::vector<std::string> warnings;
    LoadOptions options;
    options.on_warning = [&](const std::string& text) { warnings.push_back(text); };
    if (c.refused) {
      EXPECT_ERROR(load_database(database, of_recordings(), options), ErrorKind::data, "x.h5", "2 of 2 recordings",
                   c.warning, "attribute 'units'");
      Preprocessing scaled = of_recordings();
      scaled.scaling = "record";
      EXPECT_EQ(load_database(database, scaled, options).windows.size(), 2U) << "the unit does not count";
      EXPECT_THAT(warnings, IsEmpty()) << c.factor;
      continue;
    }
    EXPECT_EQ(load_database(database, of_recordings(), options).windows.size(), 2U);
    if (*c.warning == '\0')
      EXPECT_THAT(warnings, IsEmpty());
    else
      EXPECT_THAT(warnings, ElementsAre(testing::AllOf(HasSubstr("of 2 recordings 2 are in doubt, the first x/0"),
                                                       HasSubstr(c.warning))));
  }
}

TEST(Tracings, WhoseAugmentedLeadsStandElsewhereAreMoved) {
  const TestFolder folder;
  const std::vector<float> right = plausible_tracings();
  write_tracings(folder / "right.h5", {2, kLength, kLeads}, right);
  const Record expected = read_tracing(folder / "right.h5", 0);
  std::vector<std::size_t> order = {3, 4, 5};
  do {
    std::vector<float> values = right;
    for (std::size_t at = 0; at < values.size(); at += kLeads) {
      for (std::size_t i = 0; i < 3; ++i) values[at + 3 + i] = right[at + order[i]];
    }
    write_tracings(folder / "x.h5", {2, kLength, kLeads}, values);
    std::vector<std::string> warnings;
    const Record record =
        read_tracing(folder / "x.h5", 0, {[&](const std::string& text) { warnings.push_back(text); }});
    EXPECT_EQ(record.leads, expected.leads);
    if (std::ranges::is_sorted(order))
      EXPECT_THAT(warnings, IsEmpty());
    else
      EXPECT_THAT(warnings, ElementsAre(HasSubstr("Goldberger")));
  } while (std::ranges::next_permutation(order).found);
}

TEST(Tracings, ThatWereNeverFilledAreLeftOut) {
  const TestFolder folder;
  std::vector<float> values = plausible_tracings();
  std::fill(values.begin() + kLength * kLeads, values.end(), 0.0F);
  write_tracings(folder / "x.h5", {2, kLength, kLeads}, values);
  write_file_atomically(folder / "x.csv", "AF\n0\n1\n");
  std::vector<std::string> warnings;
  LoadOptions options;
  options.on_warning = [&](const std::string& text) { warnings.push_back(text); };
  const Dataset dataset = load_database(open_database((folder / "x.h5").string()), of_recordings(), options);
  ASSERT_EQ(dataset.windows.size(), 1U);
  EXPECT_EQ(dataset.windows.rows[0].record, 0U);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("of 2 recordings 1 are left out, the first x/1")));
}

TEST(Tracings, OfWhatIsNoNumberAreRefusedWithTheirRow) {
  const TestFolder folder;
  for (const float wrong : {std::nanf(""), std::numeric_limits<float>::infinity(), -1e30F}) {
    std::vector<float> values = plausible_tracings();
    values[(kLength + 7) * kLeads + 4] = wrong;
    write_tracings(folder / "x.h5", {2, kLength, kLeads}, values);
    EXPECT_EQ(read_tracing(folder / "x.h5", 0).length_samples(), kLength) << "the other is whole";
    EXPECT_ERROR(read_tracing(folder / "x.h5", 1), ErrorKind::data, "x.h5, row 1", "lead AVL", "sample 7");
  }
}

// Chunks of `chunk` rows, of which the first `stored` are written; a data set of another type and layout at will.
void claim_tracings(const std::filesystem::path& path, std::vector<hsize_t> size, hsize_t chunk, hsize_t stored,
                    hid_t type = H5T_IEEE_F32LE) {
  const hid_t file = H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
  const hid_t space = H5Screate_simple(static_cast<int>(size.size()), size.data(), nullptr);
  const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
  if (chunk > 0) {
    std::vector<hsize_t> part = size;
    part[0] = chunk;
    H5Pset_chunk(creation, static_cast<int>(part.size()), part.data());
    H5Pset_deflate(creation, 9);
  }
  const hid_t data = H5Dcreate2(file, "tracings", type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
  ASSERT_GE(data, 0);
  if (stored > 0) {
    std::vector<hsize_t> start(size.size(), 0), count = size;
    count[0] = stored;
    H5Sselect_hyperslab(space, H5S_SELECT_SET, start.data(), nullptr, count.data(), nullptr);
    const hid_t memory = H5Screate_simple(static_cast<int>(count.size()), count.data(), nullptr);
    const std::vector<float> values(stored * size[1] * kLeads, 0.25F);
    ASSERT_GE(H5Dwrite(data, H5T_NATIVE_FLOAT, memory, space, H5P_DEFAULT, values.data()), 0);
    H5Sclose(memory);
  }
  H5Dclose(data);
  H5Pclose(creation);
  H5Sclose(space);
  H5Fclose(file);
}

TEST(Tracings, ThatAreClaimedAndNotStoredAreRefused) {
  const TestFolder folder;
  const std::filesystem::path file = folder / "x.h5";
  constexpr hsize_t kHuge = 1ULL << 40;
  const auto refuse = [&](const char* claimed, const char* stored) {
    EXPECT_ERROR(count_tracings(file), ErrorKind::data, "x.h5", claimed, stored);
    EXPECT_ERROR(exam_ids(file), ErrorKind::data, "x.h5", claimed, stored);
    write_file_atomically(folder / "x.csv", "AF\n0\n");
    EXPECT_ERROR(open_database(file.string()), ErrorKind::data, "x.h5", claimed, stored);
  };
  claim_tracings(file, {kHuge, 1000, kLeads}, 1, 0);
  refuse("claims 1099511627776 recordings", "bytes");
  claim_tracings(file, {kHuge, 1000, kLeads}, 1, 2);
  refuse("claims 1099511627776 recordings", "bytes");
  claim_tracings(file, {kHuge, 1000, kLeads}, 0, 0);
  refuse("claims 1099511627776 recordings", "bytes");
  EXPECT_ERROR(read_tracing(file, 0), ErrorKind::data, "x.h5", "claims 1099511627776 recordings", "bytes");
  claim_tracings(file, {20, 1000, kLeads}, 2, 10);
  refuse("claims 20 recordings", "stores only 10 (5 of 10 parts)");
  claim_tracings(file, {20, 10, kLeads}, 0, 0);
  refuse("claims 20 recordings", "stores only 0");
  claim_tracings(file, {21, 1000, kLeads}, 2, 21);
  EXPECT_EQ(count_tracings(file), 21U) << "the last part is not full";
  EXPECT_FLOAT_EQ(to_millivolts(read_tracing(file, 20).leads[3])[999], 0.25F);
  claim_tracings(file, {20, 1000, kLeads}, 0, 20);
  EXPECT_EQ(count_tracings(file), 20U);
  claim_tracings(file, {6000, 1000, kLeads}, 6000, 0);
  std::ofstream(file, std::ios::binary | std::ios::app) << std::string(1'000'000, '\0');  // so that it may be true
  refuse("claims 6000 recordings", "not in parts of at most 256 MiB");
}

TEST(Tracings, OfAnotherFormAreNamed) {
  const TestFolder folder;
  const std::filesystem::path file = folder / "x.h5";
  claim_tracings(file, {2, 100, kLeads}, 1, 2, H5T_STD_I16LE);
  EXPECT_ERROR(count_tracings(file), ErrorKind::data, "x.h5", "floating-point");
  for (const std::vector<hsize_t>& size : std::vector<std::vector<hsize_t>>{
           {2, kLeads, 100}, {2, 100, 8}, {2, 100, kLeads, 1}, {2, 5'000'000, kLeads}, {2, 0, kLeads}}) {
    claim_tracings(file, size, 0, 0);
    EXPECT_ERROR(count_tracings(file), ErrorKind::data, "x.h5", "[recordings, samples, 12]");
  }
}

TEST(Tracings, ThatClaimTwoToTheFortiethAreRefused) {
  BEATBENCH_NEED_CASES(hostile, "hostile");
  EXPECT_ERROR(open_database((hostile / "huge_tracings.h5").string()), ErrorKind::data, "huge_tracings.h5",
               "claims 1099511627776 recordings", "1400 bytes");
}

// Lead II is 1.093 mV peak to peak, by the note beside the file.
TEST(FieldCases, TracingsOfCode15AreInMillivolts) {
  BEATBENCH_NEED_CASES(field, "field");
  const Record record = read_tracing(field / "code15-scale/exams_part0.hdf5", 0);
  EXPECT_EQ(record.leads[1].name, "II");
  const auto [low, high] = std::ranges::minmax(to_millivolts(record.leads[1]));
  EXPECT_NEAR(high - low, 1.093, 1e-3);
  std::vector<std::string> warnings;
  LoadOptions options;
  options.on_warning = [&](const std::string& text) { warnings.push_back(text); };
  const Dataset dataset = load_database(open_database((field / "code15-scale").string()), of_recordings(), options);
  EXPECT_THAT(warnings, IsEmpty());
  const std::uint32_t row = 0;
  const std::vector<float> input = inputs_of(dataset.windows, {&row, 1});
  const auto [least, most] = std::ranges::minmax(std::span(input).subspan(kLength, kLength));
  EXPECT_NEAR(most - least, 1.093, 1e-3);
}

// Positions 3, 4, 5 of the file hold aVL, aVF, aVR.
TEST(FieldCases, AugmentedLeadsOfTheTestSetAreMovedWhereTheyBelong) {
  BEATBENCH_NEED_CASES(field, "field");
  const std::filesystem::path file = field / "code-test-lead-order/ecg_tracings.hdf5";
  std::vector<std::string> warnings;
  const Record record = read_tracing(file, 0, {[&](const std::string& text) { warnings.push_back(text); }});
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("stand as aVL, aVF, aVR")));
  std::vector<std::vector<float>> mv;
  for (const char* name : {"I", "II", "aVR", "aVL", "aVF"}) {
    const std::string wanted = name;
    mv.push_back(to_millivolts(record.leads[find_lead(record, {&wanted, 1})]));
  }
  for (std::size_t i = 0; i < mv[0].size(); ++i) {
    ASSERT_NEAR(mv[2][i], -(mv[0][i] + mv[1][i]) / 2, 0.002);
    ASSERT_NEAR(mv[3][i], mv[0][i] - mv[1][i] / 2, 0.002);
    ASSERT_NEAR(mv[4][i], mv[1][i] - mv[0][i] / 2, 0.002);
  }
  warnings.clear();
  LoadOptions options;
  options.on_warning = [&](const std::string& text) { warnings.push_back(text); };
  EXPECT_EQ(load_database(open_database(file.string()), of_recordings(), options).windows.size(), 1U);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("stand as aVL, aVF, aVR")));
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
