// Recordings of other publishers, one made up in the form that they use, and annotation files that WFDB's own programs
// wrote.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>

#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "beatbench/recordings/wfdb/header.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "support/recordings.h"
#include "support/test_folder.h"
#include "support/words.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

// 12-lead recordings in format 16. The checksums are held by `strict`, the first samples by the initial values.
void check_ptbxl(const fs::path& folder, double rate_hz, std::size_t length_samples, std::size_t count) {
  ASSERT_EQ(read_record_list(folder).size(), count);
  for (const std::string& name : read_record_list(folder)) {
    SCOPED_TRACE(name);
    const Record record = read_record(folder / name, {.strict = true, .annotator = std::nullopt});
    const Header header = parse_header(read_text_file(folder / (name + ".hea")), name);
    ASSERT_EQ(record.leads.size(), 12);
    EXPECT_EQ(record.sampling_rate_hz, rate_hz);
    EXPECT_EQ(record.leads[1].name, "II");
    for (std::size_t i = 0; i < 12; ++i) {
      EXPECT_EQ(record.leads[i].samples.size(), length_samples);
      EXPECT_EQ(record.leads[i].samples.at(0), header.signals[i].initial_value);
      EXPECT_EQ(record.leads[i].gain, 1000);
    }
  }
}

TEST(Ptbxl, RecordsAt100Hz) {
  BEATBENCH_NEED_DATABASE(folder, "ptbxl");
  check_ptbxl(folder / "records100/00000", 100, 1000, 500);
}

TEST(Ptbxl, RecordsAt500Hz) {
  BEATBENCH_NEED_DATABASE(folder, "ptbxl");
  check_ptbxl(folder / "records500/00000", 500, 5000, 500);
}

// A record of the form that the PhysioNet/CinC Challenges 2020 and 2021 use: a MATLAB file whose 24 bytes of header
// precede format 16, the date before the time, and the labels as comments.
TEST(ChallengeRecords, AreReadWithTheirLabels) {
  const tests::TestFolder folder;
  std::string header = "A0001 12 500 2 05-Feb-2020 11:39:16\r\n";
  std::vector<int> samples;
  const char* names[] = {"I", "II", "III", "aVR", "aVL", "aVF", "V1", "V2", "V3", "V4", "V5", "V6"};
  for (int i = 0; i < 12; ++i) {
    header += "A0001.mat 16+24 1000/mV 16 0 " + std::to_string(i - 5) + " " + std::to_string(2 * i + 90) + " 0 " +
              names[i] + "\r\n";
    samples.push_back(i - 5);
  }
  for (int i = 0; i < 12; ++i) samples.push_back(i + 95);
  header += "#Age: 74\r\n#Sex: Male\r\n#Dx: 426783006,59118001\r\n#Rx: Unknown\r\n#Hx: Unknown\r\n#Sx: Unknown\r\n";
  // MATLAB 4: type 30 (16-bit integers), 12 rows, 2 columns, no imaginary part, the name "val" with its NUL.
  const std::string preamble("\x1e\0\0\0\x0c\0\0\0\x02\0\0\0\0\0\0\0\x04\0\0\0val\0", 24);
  folder.put("A0001.hea", header);
  folder.put("A0001.mat", preamble + tests::words(samples));

  const Record record = read_record(folder / "A0001", {.strict = true, .annotator = std::nullopt});
  ASSERT_EQ(record.leads.size(), 12);
  EXPECT_EQ(record.sampling_rate_hz, 500);
  EXPECT_EQ(record.leads[3].name, "aVR");
  EXPECT_THAT(record.leads[0].samples, testing::ElementsAre(-5, 95));
  EXPECT_THAT(record.leads[11].samples, testing::ElementsAre(6, 106));
  EXPECT_FLOAT_EQ(to_millivolts(record.leads[11]).at(1), 0.106F);
  EXPECT_THAT(record.comments, testing::ElementsAre("Age: 74", "Sex: Male", "Dx: 426783006,59118001", "Rx: Unknown",
                                                    "Hx: Unknown", "Sx: Unknown"));
}

TEST(Nstdb, NoiseRecordsHaveTheDefaultGain) {
  BEATBENCH_NEED_DATABASE(folder, "nstdb");
  for (const char* name : {"bw", "ma"}) {
    const Record record = read_record(folder / name, {.strict = true});
    EXPECT_EQ(record.length_samples(), 650'000);
    EXPECT_TRUE(record.annotations.empty());
    for (const Lead& lead : record.leads) {
      EXPECT_EQ(lead.gain, 200) << "the header says 0";
      EXPECT_EQ(lead.baseline, 0);
    }
  }
}

// Detections that WFDB's gqrs and sqrs wrote, and a classifier's output by a third program.
TEST(ReferenceAnnotations, AreWrittenByteForByte) {
  BEATBENCH_NEED_DATABASE(folder, "reference");
  int files = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string extension = entry.path().extension().string();
    if (extension != ".gqrs" && extension != ".sqrs" && extension != ".sim") continue;
    ++files;
    const auto bytes = read_binary_file(entry.path());
    const auto annotations = parse_annotations(bytes, entry.path().string());
    EXPECT_GT(annotations.size(), 1000) << entry.path();
    EXPECT_EQ(format_annotations(annotations), bytes) << entry.path();
  }
  EXPECT_EQ(files, 3 * 48);
}

// sqrs worked at 250 Hz and says so in its files; gqrs did so at the recording's 360 Hz.
TEST(ReferenceAnnotations, TimesAreThoseOfTheRecord) {
  BEATBENCH_NEED_DATABASE(reference, "reference");
  BEATBENCH_NEED_DATABASE(mitdb, "mitdb");
  const tests::TestFolder folder;
  for (const char* name : {"100.hea", "100.dat"}) fs::copy_file(mitdb / name, folder / name);
  for (const char* name : {"100.gqrs", "100.sqrs"}) fs::copy_file(reference / name, folder / name);
  const auto gqrs = read_record(folder / "100", {.strict = true, .annotator = "gqrs"}).annotations;
  const auto sqrs = read_record(folder / "100", {.strict = true, .annotator = "sqrs"}).annotations;
  const auto beats = read_record(mitdb / "100", {.strict = true}).annotations;
  for (const auto* detections : {&gqrs, &sqrs}) {
    std::size_t near = 0;  // within 150 ms, the window of ANSI/AAMI EC57
    for (const Annotation& beat : beats) {
      near += is_beat(beat.code) && std::ranges::any_of(*detections, [&](const Annotation& detection) {
                return is_beat(detection.code) && std::abs(detection.sample - beat.sample) <= 54;
              });
    }
    EXPECT_GE(near, 2270U) << "of 2273 beats";
  }
}

}  // namespace
}  // namespace beatbench
