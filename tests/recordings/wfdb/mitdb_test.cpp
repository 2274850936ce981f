// The MIT-BIH Arrhythmia Database against metrics that others counted: the publisher's checksums and initial values in
// its headers, and the published counts of annotations.
#include <gmock/gmock.h>

#include <algorithm>
#include <map>

#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "beatbench/recordings/wfdb/header.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/recordings/wfdb/signal_format.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
namespace fs = std::filesystem;

std::vector<std::string> lead_names(const Record& record) {
  std::vector<std::string> names;
  for (const Lead& lead : record.leads) names.push_back(lead.name);
  return names;
}

// Reads every record strictly, so that each header checksum is held.
template <typename Visit>
void for_each_record(const fs::path& folder, Visit&& visit) {
  const ReadOptions options = {.strict = true, .on_warning = [](const std::string& line) { ADD_FAILURE() << line; }};
  for (const std::string& name : read_record_list(folder)) visit(read_record(folder / name, options));
}

TEST(Mitdb, Record100) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const Record record = read_record(folder / "100", {.strict = true});
  EXPECT_EQ(record.id, "100");
  EXPECT_EQ(record.sampling_rate_hz, 360);
  EXPECT_THAT(lead_names(record), ElementsAre("MLII", "V5"));
  EXPECT_THAT(record.comments, ElementsAre(" 69 M 1085 1629 x1", " Aldomet, Inderal"));
  EXPECT_EQ(record.leads[0].samples.at(0), 995);
  EXPECT_EQ(record.leads[1].samples.at(0), 1011);
  EXPECT_EQ(record.leads[0].gain, 200);
  EXPECT_EQ(record.leads[0].baseline, 1024);
  ASSERT_FALSE(record.annotations.empty());
  EXPECT_EQ(record.annotations[0], (Annotation{18, codes::rhythm, 0, 0, 0, "(N"}));
  EXPECT_NEAR(to_millivolts(record.leads[0])[0], -0.145F, 1e-6F);
}

TEST(Mitdb, EveryRecordAndItsChecksums) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  std::size_t records = 0;
  std::map<std::string, std::size_t> mlii_not_first;  // index of MLII, 2 where there is none
  for_each_record(folder, [&](const Record& record) {
    SCOPED_TRACE(record.id);
    ++records;
    EXPECT_EQ(record.sampling_rate_hz, 360);
    ASSERT_EQ(record.leads.size(), 2);
    for (const Lead& lead : record.leads) {
      EXPECT_EQ(lead.samples.size(), 650'000);
      EXPECT_EQ(std::ranges::count(lead.samples, kMissingSample), 0);
    }
    const auto names = lead_names(record);
    const auto index = static_cast<std::size_t>(std::ranges::find(names, "MLII") - names.begin());
    if (index != 0) mlii_not_first[record.id] = index;
    if (record.id == "102" || record.id == "104") {
      EXPECT_THAT(names, ElementsAre("V5", "V2"));
    }
  });
  EXPECT_EQ(records, 48);
  EXPECT_THAT(mlii_not_first, ElementsAre(testing::Pair("102", 2), testing::Pair("104", 2), testing::Pair("114", 1)));
}

TEST(Mitdb, FirstSamplesAreTheHeadersInitialValues) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  for_each_record(folder, [&](const Record& record) {
    const Header header = parse_header(read_text_file(folder / (record.id + ".hea")), record.id);
    for (std::size_t i = 0; i < 2; ++i) EXPECT_EQ(record.leads[i].samples.at(0), header.signals[i].initial_value);
  });
}

TEST(Mitdb, AnnotationCounts) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const std::map<std::string, int> expected = {
      {"N", 75052}, {"L", 8075}, {"R", 7259}, {"V", 7130}, {"/", 7028}, {"A", 2546}, {"F", 803}, {"f", 982},
      {"j", 229},   {"a", 150},  {"E", 106},  {"J", 83},   {"Q", 33},   {"e", 16},   {"S", 2},   {"!", 472},
      {"[", 6},     {"]", 6},    {"x", 193},  {"+", 1291}, {"~", 616},  {"|", 132},  {"\"", 437}};
  std::map<std::string, int> found;
  int annotations = 0;
  int beats = 0;
  for (const std::string& name : read_record_list(folder)) {
    for (const Annotation& annotation : read_record(folder / name, {.strict = true, .signals = false}).annotations) {
      ++found[std::string(symbol_of(annotation.code).value_or("none"))];
      ++annotations;
      beats += is_beat(annotation.code) ? 1 : 0;
    }
  }
  EXPECT_EQ(annotations, 112'647);
  EXPECT_EQ(beats, 109'494);
  EXPECT_EQ(found, expected);
}

TEST(Mitdb, RhythmTextsHaveNoNul) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  for (const std::string& name : read_record_list(folder)) {
    for (const Annotation& annotation : read_record(folder / name, {.signals = false}).annotations) {
      EXPECT_EQ(annotation.aux.find('\0'), std::string::npos);
      if (annotation.code == codes::rhythm) {
        EXPECT_TRUE(annotation.aux.starts_with('(')) << annotation.aux;
      }
    }
  }
}

TEST(Mitdb, AnnotationFilesAreWrittenByteForByte) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  for (const std::string& name : read_record_list(folder)) {
    const auto bytes = read_binary_file(folder / (name + ".atr"));
    const auto annotations = parse_annotations(bytes, name);
    EXPECT_EQ(format_annotations(annotations), bytes) << name;
  }
}

TEST(Mitdb, SignalFilesAreWrittenByteForByte) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const tests::TestFolder written;
  for (const char* name : {"100", "102", "207"}) {
    const Record record = read_record(folder / name, {.strict = true});
    write_record(record, written.path());
    const std::string file = std::string(name) + ".dat";
    EXPECT_EQ(read_binary_file(written / file), read_binary_file(folder / file)) << name;
    const Record back = read_record(written / name, {.strict = true});
    EXPECT_EQ(back.leads, record.leads);
    EXPECT_EQ(back.annotations, record.annotations);
    write_record(record, written / "as_16", 16);
    EXPECT_EQ(read_record(written / "as_16" / name, {.strict = true}).leads, record.leads);
  }
}

}  // namespace
}  // namespace beatbench
