// Records of several segments, made up by hand after header(5).
#include <gmock/gmock.h>

#include "beatbench/recordings/wfdb/record_io.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using tests::TestFolder;

constexpr std::int32_t kGap = kMissingSample;
const ReadOptions kStrict = {.strict = true, .annotator = std::nullopt};

// Two leads, format 80: a byte is 128 more than its sample.
void put_segment(const TestFolder& folder, const std::string& name, const std::string& header,
                 const std::string& bytes) {
  folder.put(name + ".hea", header);
  folder.put(name + ".dat", bytes);
}

void put_fixed(const TestFolder& folder) {
  folder.put("x.hea", "x/4 2 100 7\na 2\n~ 2\nb 1\na 2\n# twice a\n");
  put_segment(folder, "a", "a 2 100 2\na.dat 80 100 8 0 1 3 0 I\na.dat 80 50 8 0 11 23 0 II\n", "\x81\x8b\x82\x8c");
  put_segment(folder, "b", "b 2 100 1\nb.dat 16 100 8 0 5 5 0 I\nb.dat 16 50 8 0 15 15 0 II\n",
              std::string("\x05\x00\x0f\x00", 4));
}

TEST(FixedLayout, SegmentsAreReadOneAfterAnother) {
  const TestFolder folder;
  put_fixed(folder);
  const Record record = read_record(folder / "x", kStrict);
  EXPECT_EQ(record.id, "x");
  ASSERT_EQ(record.leads.size(), 2);
  EXPECT_EQ(record.leads[1].name, "II");
  EXPECT_EQ(record.leads[1].gain, 50);
  EXPECT_THAT(record.leads[0].samples, ElementsAre(1, 2, kGap, kGap, 5, 1, 2));
  EXPECT_THAT(record.leads[1].samples, ElementsAre(11, 12, kGap, kGap, 15, 11, 12));
  EXPECT_THAT(record.comments, ElementsAre(" twice a"));
}

TEST(FixedLayout, AStretchReadsOnlyTheSegmentsThatItTouches) {
  const TestFolder folder;
  put_fixed(folder);
  std::filesystem::remove(folder / "b.dat");
  ReadOptions options = kStrict;
  options.leads = {"II"};
  options.first_sample = 1;
  options.sample_count = 2;
  const Record record = read_record(folder / "x", options);
  EXPECT_THAT(record.leads.at(0).samples, ElementsAre(12, kGap));
  options.sample_count = 4;
  EXPECT_ERROR(read_record(folder / "x", options), ErrorKind::io, "b.dat", "is not there");
  options.sample_count = 7;
  EXPECT_ERROR(read_record(folder / "x", options), ErrorKind::usage, "x.hea", "samples 1 up to 8", "the record has 7");
}

TEST(FixedLayout, AnnotationsAreThoseOfTheWholeRecord) {
  const TestFolder folder;
  put_fixed(folder);
  folder.put("x.atr", std::string("\x06\x04\x00\x00", 4));  // N at sample 6
  EXPECT_EQ(read_record(folder / "x", {.strict = true}).annotations.at(0).sample, 6);
  const Record leads_only = read_record(folder / "x", {.strict = true, .signals = false});
  EXPECT_EQ(leads_only.leads.at(0).name, "I");
  EXPECT_EQ(leads_only.length_samples(), 0);
}

// Each lead has the finest gain of the layout and of the segments: I of segment a goes from 100(0) to 200(10), so 1
// becomes 12; V stays as segment b has it, for in the layout's 25(-1) 16 would become 5.5.
TEST(VariableLayout, SignalsComeToTheirLeadAndGain) {
  const TestFolder folder;
  folder.put("x.hea", "x/4 2 100 5\nx_layout 0\na 2\n~ 1\nb 2\n");
  folder.put("x_layout.hea", "x_layout 2 100 0\n~ 0 200(10)/mV 8 0 0 0 0 I\n~ 0 25(-1)/mV 8 0 0 0 0 V\n");
  put_segment(folder, "a", "a 1 100 2\na.dat 80 100(0)/mV 8 0 1 -127 0 I\n", std::string("\x81\x00", 2));
  put_segment(folder, "b", "b 2 100 2\nb.dat 80 50(3)/mV 8 0 15 31 0 V\nb.dat 80 200(10)/mV 8 0 7 15 0 I\n",
              "\x8f\x87\x90\x88");
  const Record record = read_record(folder / "x", {.annotator = std::nullopt});
  ASSERT_EQ(record.leads.size(), 2);
  EXPECT_EQ(record.leads[0].gain, 200);
  EXPECT_EQ(record.leads[0].baseline, 10);
  EXPECT_THAT(record.leads[0].samples, ElementsAre(12, kGap, kGap, 7, 8));
  EXPECT_EQ(record.leads[1].name, "V");
  EXPECT_EQ(record.leads[1].gain, 50);
  EXPECT_THAT(record.leads[1].samples, ElementsAre(kGap, kGap, kGap, 15, 16));
}

// A layout with a gain of 1, as where nobody cared: the samples are those of the segments all the same.
TEST(VariableLayout, ACoarseGainRoundsNothing) {
  const TestFolder folder;
  folder.put("x.hea", "x/3 1 100 4\nx_layout 0\na 2\nb 2\n");
  folder.put("x_layout.hea", "x_layout 1 100 0\n~ 0 1(0)/mV 8 0 0 0 0 II\n");
  put_segment(folder, "a", "a 1 100 2\na.dat 80 200(4)/mV 8 0 0 0 0 II\n", std::string("\x63\x88", 2));
  put_segment(folder, "b", "b 1 100 2\nb.dat 80 100(0)/mV 8 0 0 0 0 II\n", std::string("\x71\x82", 2));
  const std::vector<float> mv = to_millivolts(read_record(folder / "x", {.annotator = std::nullopt}).leads.at(0));
  const std::vector<double> right = {(0x63 - 128 - 4) / 200.0, (0x88 - 128 - 4) / 200.0, (0x71 - 128) / 100.0, 0.02};
  ASSERT_EQ(mv.size(), right.size());
  for (std::size_t i = 0; i < mv.size(); ++i) EXPECT_NEAR(mv[i], right[i], 1e-6) << i;
}

TEST(FixedLayout, ASegmentOfOtherSignalsIsRefused) {
  const TestFolder folder;
  put_segment(folder, "a", "a 1 100 2\na.dat 80 200/mV 8 0 0 0 0 MLII\n", "\x81\x82");
  put_segment(folder, "b", "b 1 100 2\nb.dat 80 200/mV 8 0 0 0 0 V5\n", "\x81\x82");
  put_segment(folder, "c", "c 1 100 2\nc.dat 80 200 8 0 0 0 0 mlii\n", "\x81\x82");
  folder.put("x.hea", "x/2 1 100 4\na 2\nb 2\n");
  EXPECT_ERROR(read_record(folder / "x", {}), ErrorKind::data, "x.hea", "the segment 'b' at sample 2 has 'V5'",
               "'MLII'");
  folder.put("x.hea", "x/2 1 100 4\na 2\nc 2\n");  // the same lead by another name, its unit not stated
  const Record record = read_record(folder / "x", {.annotator = std::nullopt});
  EXPECT_EQ(record.leads.at(0).samples.size(), 4U);
  EXPECT_TRUE(record.leads[0].unit_is_assumed);
}

TEST(VariableLayout, ASignalThatTheLayoutDoesNotListIsAWarning) {
  const TestFolder folder;
  folder.put("x.hea", "x/2 1 100 1\nx_layout 0\na 1\n");
  folder.put("x_layout.hea", "x_layout 1 100 0\n~ 0 200 8 0 0 0 0 I\n");
  put_segment(folder, "a", "a 2 100 1\na.dat 80 200 8 0 1 1 0 II\na.dat 80 200 8 0 2 2 0 I\n", "\x81\x82");
  std::vector<std::string> warnings;
  const Record record = read_record(
      folder / "x",
      {.annotator = std::nullopt, .on_warning = [&](const std::string& line) { warnings.push_back(line); }});
  EXPECT_THAT(record.leads.at(0).samples, ElementsAre(2));
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("x.hea: the segment 'a' at sample 0 has a signal 'II'")));
  EXPECT_ERROR(read_record(folder / "x", kStrict), ErrorKind::data, "x.hea", "signal 'II'");
}

TEST(Segments, AreReadAtTheirSignalsOwnRate) {
  const TestFolder folder;
  folder.put("x.hea", "x/3 1 100 3\na 1\n~ 1\na 1\n");
  put_segment(folder, "a", "a 1 100 1\na.dat 80x2 200 8 0 1 3 0 I\n", "\x81\x82");
  const Record record = read_record(folder / "x", kStrict);
  EXPECT_EQ(record.sampling_rate_hz, 200);
  EXPECT_THAT(record.leads.at(0).samples, ElementsAre(1, 2, kGap, kGap, 1, 2));
}

TEST(Segments, ThatDoNotFitAreRefused) {
  const struct {
    const char* header;
    const char* where;
    const char* message;
  } cases[] = {
      {"x/1 1 100 2\nx 2\n", "x.hea", "the segment 'x' at sample 0 is the record itself"},
      {"x/1 1 100 2\n../a 2\n", "x.hea", "'../a' at sample 0; allowed: a record in the header's folder"},
      {"x/1 1 100 3\na 2\n", "x.hea", "announces 3 samples, but the segments have 2"},
      {"x/1 1 100\na 3\n", "a.hea", "has 2 samples per signal; "},
      {"x/2 1 100\na 2\na 3\n", "a.hea", "has 2 samples per signal; "},
      {"x/1 1 250\na 2\n", "a.hea", "has a sampling rate of 100 Hz; allowed: that of "},
      {"x/1 2 100\na 2\n", "x.hea", "announces 2 signals; the segment 'a' at sample 0 has 1"},
      {"x/2 1 100\na 2\nwide 2\n", "x.hea", "'wide' at sample 2 has 2 signals, the first has 1"},
      {"x/2 1 100\na 2\nvolts 2\n", "x.hea", "has the unit 'V'; allowed: that of the record's signal, 'mV'"},
      {"x/2 1 100\na 2\ntwo 2\n", "x.hea", "has a number of samples per frame of 2; allowed:"},
      {"x/1 1 100\nnested 2\n", "nested.hea", "has 1 segments, and is itself a segment of"},
      {"x/2 1 100\n~ 2\n~ 0\n", "x.hea", "every segment is '~'"},
      {"x/2 1 100\na 2\n~ 9223372036854775807\n", "x.hea", "more than 2^63 samples"},
      {"x/2 1 100\na 2\n~ 4000000000000\n", "x.hea", "the segment '~' at sample 2 of 4000000000000 samples"},
      {"x/2 1 100\nempty 4000000000\na 2\n", "x.hea", "announces 1 signals; the segment 'empty' at sample 0 has 0"},
      {"x/3 1 100\nlayout 0\nempty 4000000000\na 2\n", "x.hea", "'empty' at sample 0 of 4000000000 samples"},
  };
  const TestFolder folder;
  put_segment(folder, "a", "a 1 100 2\na.dat 80 200 8 0 1 3 0 I\n", "\x81\x82");
  put_segment(folder, "wide", "wide 2 100 2\nwide.dat 80\nwide.dat 80\n", "\x81\x82\x83\x84");
  put_segment(folder, "volts", "volts 1 100 2\nvolts.dat 80 200/V 8 0 1 3 0 I\n", "\x81\x82");
  put_segment(folder, "two", "two 1 100 2\ntwo.dat 80x2\n", "\x81\x82\x83\x84");
  folder.put("nested.hea", "nested/1 1 100 2\na 2\n");
  folder.put("empty.hea", "empty 0 100 4000000000\n");
  folder.put("layout.hea", "layout 1 100 0\n~ 0 200 8 0 0 0 0 I\n");
  for (const auto& [header, where, message] : cases) {
    SCOPED_TRACE(header);
    folder.put("x.hea", header);
    EXPECT_ERROR(read_record(folder / "x", kStrict), ErrorKind::data, where, message);
  }
  folder.put("x.hea", "x/1 1 100 2\nabsent 2\n");
  EXPECT_ERROR(read_record(folder / "x", kStrict), ErrorKind::io, "absent.hea");
}

// A small file that a header lists again and again would fill the memory: 5,000 times 2,000,000 samples.
TEST(Segments, RepeatedWithoutEndAreRefused) {
  const TestFolder folder;
  std::string header = "x/5000 1 100\n";
  for (int i = 0; i < 5000; ++i) header += "a 2000000\n";
  folder.put("x.hea", header);
  put_segment(folder, "a", "a 1 100 2000000\na.dat 80\n", std::string(2'000'000, '\x80'));
  EXPECT_ERROR(read_record(folder / "x", kStrict), ErrorKind::data, "x.hea", "the segment 'a' at sample 538000000",
               "allowed: 536870912 at once");
  ReadOptions options = kStrict;
  options.first_sample = 9'000'000'001;
  options.sample_count = 2;
  EXPECT_THAT(read_record(folder / "x", options).leads.at(0).samples, ElementsAre(0, 0));
}

}  // namespace
}  // namespace beatbench
