// Recordings of other publishers and annotation files that WFDB's own programs wrote.
#include <gmock/gmock.h>

#include <algorithm>
#include <cstdlib>

#include "beatbench/core/files.h"
#include "beatbench/wfdb/annotation_file.h"
#include "beatbench/wfdb/header.h"
#include "beatbench/wfdb/record_io.h"
#include "support/recordings.h"
#include "support/test_folder.h"

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
