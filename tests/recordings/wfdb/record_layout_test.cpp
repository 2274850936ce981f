// Records whose files hold more than one sample of each lead per frame, or parts of records.
#include <gmock/gmock.h>

#include <fstream>

#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "support/need.h"
#include "support/recordings.h"
#include "support/test_folder.h"
#include "support/words.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::TestFolder;
using tests::words;

constexpr std::int32_t kGap = kMissingSample;
const ReadOptions kStrict = {.strict = true, .annotator = std::nullopt};

// Two frames: one sample of the first lead, then three of the second. The second checksum is that of all six samples.
void put_three_per_frame(const TestFolder& folder) {
  folder.put("x.hea", "x 2 100 2\nx.dat 16 200 12 0 1 3 0 slow\nx.dat 16x3 200 12 0 10 33 0 fast\n");
  folder.put("x.dat", words({1, 10, 11, 12, 2, -1, -1, 2}));
}

TEST(SamplesPerFrame, MakeTheRateOfTheRecord) {
  const TestFolder folder;
  put_three_per_frame(folder);
  folder.put("x.atr", std::string("\x01\x04\x00\x00", 4));  // N at frame 1
  std::vector<std::string> warnings;
  const Record record = read_record(
      folder / "x", {.strict = true, .on_warning = [&](const std::string& line) { warnings.push_back(line); }});
  EXPECT_EQ(record.sampling_rate_hz, 300);
  EXPECT_EQ(record.frame_rate_hz, 100);
  ASSERT_EQ(record.leads.size(), 1);
  EXPECT_EQ(record.leads[0].name, "fast");
  EXPECT_THAT(record.leads[0].samples, ElementsAre(10, 11, 12, -1, -1, 2));
  EXPECT_EQ(record.annotations.at(0).sample, 3);
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("read at 300 Hz; signals of other rates are left out: 'slow' (100 Hz)")));
}

TEST(SamplesPerFrame, OfALeadAskedForByNameMakeTheRate) {
  const TestFolder folder;
  put_three_per_frame(folder);
  ReadOptions options = kStrict;
  options.leads = {"SLOW"};
  const Record record = read_record(folder / "x", options);
  EXPECT_EQ(record.sampling_rate_hz, 100);
  EXPECT_THAT(record.leads.at(0).samples, ElementsAre(1, 2));
  options.leads = {"slow", "fast"};
  EXPECT_ERROR(read_record(folder / "x", options), ErrorKind::unsupported, "x.hea",
               "'slow' (100 Hz) and 'fast' (300 Hz); allowed: leads of one rate");
}

TEST(SamplesPerFrame, OfEcgLeadsComeFirst) {
  const struct {
    const char* first;
    const char* second;
    double rate_hz;
  } cases[] = {{"x1 200/mV 12 0 0 0 0 II", "x3 200/mmHg 12 0 0 0 0 ABP", 100},
               {"x1 200/mmHg 12 0 0 0 0 ABP", "x3 200/mV 12 0 0 0 0 V5", 300},
               {"x1 200/mV 12 0 0 0 0 ECG 1", "x3 200/mV 12 0 0 0 0 EMG", 100},
               {"x1 200/mV 12 0 0 0 0 V5", "x3 200/mV 12 0 0 0 0 II", 300},
               {"x1 200/uV 12 0 0 0 0 Fp1", "x3 200/NU 12 0 0 0 0 PLETH", 100},
               {"x1 200/mV 12 0 0 0 0 heart", "x3 200/mV 12 0 0 0 0 EEG Fpz", 100},
               {"x1 200/mV 12 0 0 0 0 heart", "x3 200/bpm 12 0 0 0 0 ECG HR", 100},
               {"x1 200/adu 12 0 0 0 0 II", "x3 200/mV 12 0 0 0 0 Channel 1", 100},
               {"x1 200/NU 12 0 0 0 0 RESP", "x3 200/NU 12 0 0 0 0 PLETH", 300}};
  for (const auto& [first, second, rate_hz] : cases) {
    SCOPED_TRACE(std::string(first) + " " + second);
    const TestFolder folder;
    folder.put("x.hea", std::string("x 2 100 2\nx.dat 16") + first + "\nx.dat 16" + second + "\n");
    folder.put("x.dat", words({1, 10, 11, 12, 2, -1, -1, 2}));
    const Record record = read_record(folder / "x", {.annotator = std::nullopt});
    EXPECT_EQ(record.sampling_rate_hz, rate_hz);
    ASSERT_EQ(record.leads.size(), 1);
    if (rate_hz == 100) {
      EXPECT_THAT(record.leads[0].samples, ElementsAre(1, 2));
    } else {
      EXPECT_THAT(record.leads[0].samples, ElementsAre(10, 11, 12, -1, -1, 2));
    }
  }
}

TEST(SamplesPerFrame, ThatAreMissingStaySo) {
  const TestFolder folder;
  folder.put("x.hea", "x 1 100 2\nx.dat 16x2\n");
  folder.put("x.dat", words({4, -32768, 6, 8}));
  EXPECT_THAT(read_record(folder / "x", kStrict).leads.at(0).samples, ElementsAre(4, kGap, 6, 8));
}

// A file with a time resolution of its own is not rounded to frames.
TEST(SamplesPerFrame, AnnotationsOfTheirOwnResolutionAreExact) {
  const TestFolder folder;
  put_three_per_frame(folder);
  const auto bytes = format_annotations(std::vector<Annotation>{
      {0, codes::note, 0, 0, 0, "## time resolution: 300"}, {1, 1, 0, 0, 0, ""}, {5, 5, 0, 0, 0, ""}});
  folder.put("x.atr", std::string(bytes.begin(), bytes.end()));
  const Record record = read_record(folder / "x", {.strict = true});
  ASSERT_EQ(record.annotations.size(), 2);
  EXPECT_EQ(record.annotations[0].sample, 1);
  EXPECT_EQ(record.annotations[1].sample, 5);
}

// Five samples per frame in blocks of three: no frame but every third begins with a block.
TEST(SamplesPerFrame, NeedNotDivideAFormatsBlock) {
  const TestFolder folder;
  folder.put("x.hea", "x 2 100 2\nx.dat 311x4\nx.dat 311\n");
  // 1 2 3 | 4 5 6 | 7 8 9 | 10: the samples in 10 bits each
  const std::string bytes(
      "\x01\x08\x30\x00"
      "\x04\x14\x60\x00"
      "\x07\x20\x90\x00"
      "\x0a\x00",
      14);
  folder.put("x.dat", bytes);
  const auto samples_of = [&](const char* lead) {
    return read_record(folder / "x", {.strict = true, .annotator = std::nullopt, .leads = {lead}}).leads.at(0).samples;
  };
  EXPECT_THAT(samples_of("record x, signal 0"), ElementsAre(1, 2, 3, 4, 6, 7, 8, 9));
  EXPECT_THAT(samples_of("record x, signal 1"), ElementsAre(5, 10));
}

// header(5): skew is "the number of samples of the signal that are considered to precede sample 0"; they are "included
// in the checksum".
TEST(Skew, SamplesBeforeTheFirstAreLeftOut) {
  const TestFolder folder;
  folder.put("x.hea", "x 2 100 4\nx.dat 16:2 200 12 0 1 10 0 early\nx.dat 16 200 12 0 5 26 0 late\n");
  folder.put("x.dat", words({1, 5, 2, 6, 3, 7, 4, 8}));
  const Record record = read_record(folder / "x", kStrict);
  EXPECT_THAT(record.leads.at(0).samples, ElementsAre(3, 4, kGap, kGap));
  EXPECT_THAT(record.leads.at(1).samples, ElementsAre(5, 6, 7, 8));
}

TEST(Skew, SamplesThatAFileHoldsPastTheEndAreUsed) {
  const TestFolder folder;
  folder.put("x.hea", "x 1 100 2\nx.dat 16:1\n");
  folder.put("x.dat", words({1, 2, 3, 4}));
  EXPECT_THAT(read_record(folder / "x", kStrict).leads.at(0).samples, ElementsAre(2, 3));
  folder.put("x.hea", "x 1 100 2\nx.dat 16:2147483647\n");
  EXPECT_THAT(read_record(folder / "x", kStrict).leads.at(0).samples, ElementsAre(kGap, kGap));
}

TEST(NullSignals, AreMissing) {
  const TestFolder folder;
  folder.put("x.hea", "x 3 100 2\nx.dat 16\n~ 0 200 12 0 0 0 0 none\n~ 16\n");
  folder.put("x.dat", words({1, 2}));
  const Record record = read_record(folder / "x", kStrict);
  EXPECT_THAT(record.leads.at(0).samples, ElementsAre(1, 2));
  EXPECT_THAT(record.leads.at(1).samples, ElementsAre(kGap, kGap));
  EXPECT_THAT(record.leads.at(2).samples, ElementsAre(kGap, kGap));
  EXPECT_EQ(record.leads[1].name, "none");
}

// signal(5): "sum the first n bytes of the sample data file together with the initial value from the header file";
// header(5): without one, "a value equal to the ADC zero is assumed".
TEST(Format8Records, BeginAtTheInitialValueOfTheHeader) {
  const TestFolder folder;
  folder.put("x.hea", "x 3 100 3\nx.dat 8 200 10 0 1000 3001 0 a\nx.dat 8 200 10 -7\nx.dat 8x2 200 10 0 5 24 0 c\n");
  // a: 0 +1 -1; b: -2 0 +2; c: two in each frame, +1 -2, +3 -4, +0 +1
  folder.put("x.dat", std::string("\x00\xfe\x01\xfe\x01\x00\x03\xfc\xff\x02\x00\x01", 12));
  const Record record = read_record(folder / "x", {.annotator = std::nullopt, .leads = {"a", "record x, signal 1"}});
  EXPECT_THAT(record.leads.at(0).samples, ElementsAre(1000, 1001, 1000));
  EXPECT_THAT(record.leads.at(1).samples, ElementsAre(-9, -9, -7));
  EXPECT_THAT(read_record(folder / "x", {.annotator = std::nullopt}).leads.at(0).samples,
              ElementsAre(6, 4, 7, 3, 3, 4));
}

TEST(Format8Records, AreWrittenWithTheChecksumOfWhatCanBeRead) {
  const TestFolder folder;
  Record record;
  record.id = "x";
  record.sampling_rate_hz = 100;
  record.leads.push_back({"II", "mV", 200, 0, 0, 10, {-1000, -500, -500, -500, -500, -490}});
  write_record(record, folder.path(), 8);
  // -1000, then +127 +127 +127 +119, then +10
  EXPECT_EQ(read_text_file(folder / "x.dat"), std::string("\x00\x7f\x7f\x7f\x77\x0a", 6));
  EXPECT_THAT(read_record(folder / "x", {.strict = true}).leads.at(0).samples,
              ElementsAre(-1000, -873, -746, -619, -500, -490));
}

// Ten frames of three leads in each format that can be entered anywhere, and in 8, which cannot.
TEST(Stretches, AreWhatTheWholeRecordHasThere) {
  for (const int format : {8, 16, 24, 32, 61, 80, 160, 212, 310, 311}) {
    const TestFolder folder;
    Record record;
    record.id = "x";
    record.sampling_rate_hz = 100;
    for (int lead = 0; lead < 3; ++lead) {
      record.leads.push_back({"lead" + std::to_string(lead), "mV", 200, 0, 0, 8, {}});
      for (int i = 0; i < 10; ++i) record.leads.back().samples.push_back(10 * lead + i - 12);
    }
    write_record(record, folder.path(), format, "");
    for (std::uint64_t first = 0; first <= 10; ++first) {
      for (std::uint64_t count = 0; first + count <= 10; ++count) {
        SCOPED_TRACE(std::to_string(format) + ": " + std::to_string(first) + " " + std::to_string(count));
        const Record part = read_record(folder / "x", {.strict = true,
                                                       .annotator = std::nullopt,
                                                       .leads = {"LEAD2", "lead0"},
                                                       .first_sample = first,
                                                       .sample_count = count});
        ASSERT_EQ(part.leads.size(), 2);
        EXPECT_EQ(part.leads[0].name, "lead2");
        EXPECT_EQ(part.start_s, static_cast<double>(first) / 100);
        for (const Lead& lead : part.leads) {
          const auto& whole = record.leads[static_cast<std::size_t>(lead.name.back() - '0')].samples;
          const auto from = whole.begin() + static_cast<std::ptrdiff_t>(first);
          EXPECT_EQ(lead.samples, std::vector<std::int32_t>(from, from + static_cast<std::ptrdiff_t>(count)));
        }
      }
    }
  }
}

TEST(Stretches, OfFramesWithSeveralSamplesBeginAtAnySample) {
  const TestFolder folder;
  put_three_per_frame(folder);
  const Record record =
      read_record(folder / "x",
                  {.strict = true, .annotator = std::nullopt, .leads = {"fast"}, .first_sample = 2, .sample_count = 3});
  EXPECT_THAT(record.leads.at(0).samples, ElementsAre(12, -1, -1));
}

TEST(Stretches, HaveTheAnnotationsThatLieInThem) {
  const TestFolder folder;
  folder.put("x.hea", "x 1 100 6\nx.dat 16\n");
  folder.put("x.dat", words({0, 1, 2, 3, 4, 5}));
  const auto bytes =
      format_annotations(std::vector<Annotation>{{1, 1, 0, 0, 0, ""}, {2, 5, 0, 0, 0, ""}, {4, 8, 0, 0, 0, ""}});
  folder.put("x.atr", std::string(bytes.begin(), bytes.end()));
  const Record record = read_record(folder / "x", {.strict = true, .first_sample = 2, .sample_count = 2});
  ASSERT_EQ(record.annotations.size(), 1);
  EXPECT_EQ(record.annotations[0], (Annotation{0, 5, 0, 0, 0, ""}));
  EXPECT_EQ(read_record(folder / "x", {.first_sample = 2}).annotations.size(), 2);
}

TEST(Stretches, PastTheEndAreRefused) {
  const TestFolder folder;
  put_three_per_frame(folder);
  ReadOptions options = kStrict;
  options.first_sample = 9;
  EXPECT_ERROR(read_record(folder / "x", options), ErrorKind::usage, "x.hea", "samples 9 up to", "the record has 6");
  options.first_sample = 7;
  EXPECT_ERROR(read_record(folder / "x", options), ErrorKind::usage, "samples from 7 on", "the record has 6");
  options.first_sample = 6;
  EXPECT_EQ(read_record(folder / "x", options).length_samples(), 0);
  options.leads = {"slow"};
  options.first_sample = 3;
  EXPECT_ERROR(read_record(folder / "x", options), ErrorKind::usage, "x.hea", "samples 3 up to", "the record has 2");
  options.first_sample = 1;
  options.sample_count = 2;
  EXPECT_ERROR(read_record(folder / "x", options), ErrorKind::usage, "x.hea", "samples 1 up to 3", "has 2");
  options.sample_count = std::uint64_t(-1);
  EXPECT_ERROR(read_record(folder / "x", options), ErrorKind::usage, "x.hea", "too large");
}

TEST(ChosenLeads, NeedOnlyTheirFiles) {
  const TestFolder folder;
  folder.put("x.hea", "x 2 100 2\nabsent.dat 16 200 12 0 0 0 0 I\nx.dat 16 200 12 0 1 3 0 II\n");
  folder.put("x.dat", words({1, 2}));
  ReadOptions options = kStrict;
  options.leads = {"ii"};
  const Record record = read_record(folder / "x", options);
  ASSERT_EQ(record.leads.size(), 1);
  EXPECT_THAT(record.leads[0].samples, ElementsAre(1, 2));
  options.leads = {"II", "ii"};
  EXPECT_ERROR(read_record(folder / "x", options), ErrorKind::usage, "x.hea", "'ii' is asked for twice");
  options.leads = {"V9"};
  EXPECT_ERROR(read_record(folder / "x", options), ErrorKind::unsupported, "x.hea", "no lead 'V9'", "it has: I, II");
}

// 20 GB of zeros that take no room on the disk, and a few samples in the middle.
TEST(Stretches, AreAllThatIsReadOfAFile) {
  const TestFolder folder;
  folder.put("x.dat", "");
  std::error_code refused;
  std::filesystem::resize_file(folder / "x.dat", 20'000'000'000, refused);
  BEATBENCH_NEED(!refused, "a file system that takes a file of 20 GB with holes");
  std::fstream(folder / "x.dat", std::ios::in | std::ios::out | std::ios::binary).seekp(14'000'000'000)
      << words({7, 8, 9});
  folder.put("x.hea", "x 1 100 10000000000\nx.dat 16\n");
  ReadOptions options = kStrict;
  options.first_sample = 6'999'999'999;
  options.sample_count = 5;
  EXPECT_THAT(read_record(folder / "x", options).leads.at(0).samples, ElementsAre(0, 7, 8, 9, 0));
}

TEST(Stretches, OfMitdb) {
  BEATBENCH_NEED_DATABASE(mitdb, "mitdb");
  const Record whole = read_record(mitdb / "100", kStrict);
  ReadOptions options = kStrict;
  options.first_sample = 123'457;
  options.sample_count = 3001;
  options.leads = {"V5"};
  const Record part = read_record(mitdb / "100", options);
  const auto from = whole.leads.at(1).samples.begin() + 123'457;
  EXPECT_EQ(part.leads.at(0).samples, std::vector<std::int32_t>(from, from + 3001));
  EXPECT_NE(part.content_hash, whole.content_hash);
}

}  // namespace
}  // namespace beatbench
