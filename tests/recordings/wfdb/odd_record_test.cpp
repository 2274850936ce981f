// Records with something odd about them: what no sample depends on is a warning that names the field, what a sample
// depends on is an error that does, and a sound signal beside either is read as ever.
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "support/recordings.h"
#include "support/test_folder.h"
#include "support/words.h"

namespace beatbench {
namespace {

using testing::AnyOf;
using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::TestFolder;
using tests::words;

struct ReadResult {
  Record record;
  std::vector<std::string> warnings;
};

ReadResult read(const std::filesystem::path& base, ReadOptions options = {}) {
  ReadResult result;
  options.annotator.reset();
  options.on_warning = [&](const std::string& line) { result.warnings.push_back(line); };
  result.record = read_record(base, options);
  return result;
}

// Three samples of MLII, -0.145, 0 and 1 mV, beside a temperature of 20, 21 and 22 degrees.
const std::string kMlii = "x.dat 16 200(10)/mV 12 0 -19 201 0 MLII\n";
const std::string kTemperature = "x.dat 16 10(0)/degC 12 0 200 630 0 Temperature\n";
const std::string kSamples = words({-19, 200, 10, 210, 210, 220});

std::string header_of(const std::string& mlii, const std::string& temperature) {
  return "x 2 360 3\n" + mlii + "\n" + temperature + "\n";
}
std::string with_mlii(const std::string& line) { return header_of(line, kTemperature); }
std::string with_temperature(const std::string& line) { return header_of(kMlii, line); }

void put(const TestFolder& folder, const std::string& header) {
  folder.put("x.hea", header);
  folder.put("x.dat", kSamples);
}

void expect_mlii(const Record& record) {
  ASSERT_FALSE(record.leads.empty());
  EXPECT_EQ(record.leads[0].name, "MLII");
  EXPECT_EQ(record.sampling_rate_hz, 360);
  EXPECT_THAT(to_millivolts(record.leads[0]), ElementsAre(FloatEq(-0.145F), 0.0F, 1.0F));
}

TEST(OddRecords, ThoseThatAreNotOddAreReadWithoutAWord) {
  const std::string sound = std::string("x 2 360 3\n") + kMlii + kTemperature;
  const std::string utf16 = [&] {
    std::string text = "\xff\xfe";
    for (const char c : sound) text += {c, '\0'};
    return text;
  }();
  for (const std::string& header :
       {sound, std::string("x 2 360 3\r\n\r\n# before\r\n") + kMlii + "\r\n  # between\n" + kTemperature + "#after\n",
        std::string("\n \t\nx\t2\t360\t3 \n  x.dat \t16 200(10)/mV  12 0 -19 201 0 MLII  \n") + kTemperature,
        std::string("x 2 360 3 12:30:00 25/04/1989\n") + kMlii + kTemperature,
        std::string("x 2 +360.0/360(0) +3 05-Feb-2020 11:39:16\n") + kMlii + kTemperature,
        std::string("x 2 360 3\nx.dat 16 +2e2(+10)/mV 12 +0 -19 201 0 MLII\n") + kTemperature,
        std::string("x 2 360 3\nx.dat 16 200(10) 12 0 -19 201 0 MLII\n") + kTemperature,
        std::string("x 2 360 3\nx.dat 16 200(10)/ 12 0 -19 201 0 MLII\n") + kTemperature,
        std::string("x 2 360\nx.dat 16 0(10)/mV 0 0 -19 0 0 MLII\n") + kTemperature, "\xef\xbb\xbf" + sound, utf16}) {
    SCOPED_TRACE(header);
    const TestFolder folder;
    put(folder, header);
    const auto [record, warnings] = read(folder / "x", {.strict = true});
    EXPECT_THAT(warnings, IsEmpty());
    expect_mlii(record);
    ASSERT_EQ(record.leads.size(), 2);
    EXPECT_EQ(record.leads[1].samples.at(0), 200);
  }
}

TEST(OddRecords, WhatNoSampleDependsOnIsAWarningThatNamesTheField) {
  const struct {
    std::string header;
    const char* warning;
  } cases[] = {
      {with_mlii("x.dat 16 200(10)/mV 11.5 0 -19 201 0 MLII"), "x.hea, line 2: the ADC resolution is '11.5'"},
      {with_mlii("x.dat 16 200(10)/mV -12 0 -19 201 0 MLII"), "x.hea, line 2: the ADC resolution is '-12'"},
      {with_mlii("x.dat 16 200(10)/mV 12 none -19 201 0 MLII"), "x.hea, line 2: the ADC zero is 'none'"},
      {with_mlii("x.dat 16 200(10)/mV 12 0 first 201 0 MLII"), "x.hea, line 2: the initial value is 'first'"},
      {with_mlii("x.dat 16 200(10)/mV 12 0 -19 0x1F 0 MLII"), "x.hea, line 2: the checksum is '0x1F'"},
      {with_mlii("x.dat 16 200(10)/mV 12 0 -19 70000 0 MLII"), "x.hea, line 2: the checksum is '70000'"},
      {with_mlii("x.dat 16 200(10)/mV 12 0 -19 202 0 MLII"), "the checksum of signal 'MLII' is 201"},
      {with_mlii("x.dat 16 200(10)/mV 12 0 -19 201 block MLII"), "x.hea, line 2: the block size is 'block'"},
      {with_mlii("x.dat 16 200(10)/mV 12 0 -19 201 -1 MLII"), "x.hea, line 2: the block size is '-1'"},
      {"x 2 360 three\n" + kMlii + kTemperature, "x.hea, line 1: the number of samples is 'three'"},
      {"x 2 360 -3\n" + kMlii + kTemperature, "x.hea, line 1: the number of samples is '-3'"},
      {"x 2 360/fast 3\n" + kMlii + kTemperature, "x.hea, line 1: the counter frequency is 'fast'"},
      {"x 2 360/360(a) 3\n" + kMlii + kTemperature, "x.hea, line 1: the counter base is 'a'"},
      {"x 2 360/360(0 3\n" + kMlii + kTemperature, "x.hea, line 1: the counter frequency is '360(0'"},
      {"x 2 360 3 noon\n" + kMlii + kTemperature, "x.hea: the base time or date is 'noon'"},
      {"x 2 360 3 12:30:00 some/day\n" + kMlii + kTemperature, "the base time or date is 'some/day'"},
      {"x 2 360 3 12:30:00 25/04/1989 more 1 2\n" + kMlii + kTemperature,
       "x.hea, line 1: the text after the date is 'more 1 2'"},
      {with_temperature("x.dat 16 -10(0)/degC 12 0 200 630 0 Temperature"), "x.hea, line 4: the gain is '-10'"},
  };
  for (const auto& [header, warning] : cases) {
    SCOPED_TRACE(header);
    const TestFolder folder;
    put(folder, header);
    const auto [record, warnings] = read(folder / "x");
    EXPECT_THAT(warnings, ElementsAre(HasSubstr(warning)));
    expect_mlii(record);
    EXPECT_EQ(record.leads.size(), 2);
    EXPECT_ERROR(read(folder / "x", {.strict = true}), ErrorKind::data, warning);
  }
}

TEST(OddRecords, ASignalThatCannotBeUnderstoodIsLeftOut) {
  const struct {
    std::string line;
    const char* warning;
  } cases[] = {
      {"x.dat 16 ten/degC 12 0 200 630 0 Temperature", "x.hea, line 4: the gain is 'ten'"},
      {"x.dat 16 inf/degC 12 0 200 630 0 Temperature", "x.hea, line 4: the gain is 'inf'"},
      {"x.dat 16 10(zero)/degC 12 0 200 630 0 Temperature", "x.hea, line 4: the baseline is 'zero'"},
      {"x.dat 16 10(0/degC 12 0 200 630 0 Temperature", "x.hea, line 4: the gain is '10(0'"},
      {"x.dat 16 10/degC 12 zero 200 630 0 Temperature", "x.hea, line 4: the ADC zero is 'zero'"},
      {"y.dat 16z 10(0)/degC 12 0 200 630 0 Temperature", "x.hea, line 4: the signal format is '16z'"},
      {"y.dat 16x0 10(0)/degC 12 0 200 630 0 Temperature", "x.hea, line 4: the samples per frame is '0'"},
      {"y.dat 17 10(0)/degC 12 0 200 630 0 Temperature", "x.hea: signal format 17 is not supported"},
      {"y.dat 16 10(0)/degC 12 0 200 630 0 Temperature", "y.dat: this signal file"},
      {"../y.dat 16 10(0)/degC 12 0 200 630 0 Temperature", "x.hea: names the signal file '../y.dat'"},
      {"short.dat 16 10(0)/degC 12 0 200 630 0 Temperature", "short.dat: has 4 bytes, which hold 2 samples"},
      {"folder 16 10(0)/degC 12 0 200 630 0 Temperature", "folder: is not an ordinary file"},
  };
  for (const auto& [line, warning] : cases) {
    SCOPED_TRACE(line);
    const TestFolder folder;
    put(folder, with_temperature(line));
    if (!line.starts_with("x.dat")) folder.put("x.dat", words({-19, 10, 210}));
    folder.put("short.dat", words({200, 210}));
    std::filesystem::create_directory(folder / "folder");
    const auto [record, warnings] = read(folder / "x");
    EXPECT_THAT(warnings, ElementsAre(AllOf(HasSubstr(warning), HasSubstr("left out: 'Temperature'"))));
    expect_mlii(record);
    EXPECT_EQ(record.leads.size(), 1);
    EXPECT_ERROR(read(folder / "x", {.strict = true}), ErrorKind::data, warning);
    const auto asked_for = tests::caught([&] { read(folder / "x", {.leads = {"Temperature"}}); });
    EXPECT_THAT(asked_for.text, HasSubstr(warning)) << "it is used then";
  }
}

// The other way round: what MLII depends on.
TEST(OddRecords, WhatTheLeadDependsOnIsAnErrorThatNamesTheField) {
  const struct {
    std::string header;
    const char* message;
  } cases[] = {
      {with_mlii("x.dat 16 ten/mV 12 0 -19 201 0 MLII"), "x.hea, line 2: the gain is 'ten'"},
      {with_mlii("x.dat 16 200,5/mV 12 0 -19 201 0 MLII"), "x.hea, line 2: the gain is '200,5'"},
      {with_mlii("x.dat 16 200(ten)/mV 12 0 -19 201 0 MLII"), "x.hea, line 2: the baseline is 'ten'"},
      {with_mlii("x.dat 16 200/mV 12 ten -19 201 0 MLII"), "x.hea, line 2: the ADC zero is 'ten'"},
      {with_mlii("x.dat none 200(10)/mV 12 0 -19 201 0 MLII"), "x.hea, line 2: the signal format is 'none'"},
      {with_temperature("x.dat 16x 10(0)/degC 12 0 200 630 0 Temperature"),
       "x.hea, line 4: the samples per frame is ''"},
      {with_temperature("x.dat 17 10(0)/degC 12 0 200 630 0 Temperature"), "have formats 16 and 17"},
      {"x two 360 3\n" + kMlii + kTemperature, "x.hea, line 1: the number of signals is 'two'"},
      {"x 2 fast 3\n" + kMlii + kTemperature, "x.hea, line 1: the sampling rate is 'fast'"},
      {"x 2 -360 3\n" + kMlii + kTemperature, "x.hea, line 1: the sampling rate is '-360'"},
      {"x 2 360 4\n" + kMlii + kTemperature, "x.dat: has 12 bytes, which hold 3 samples"},
      {with_mlii("y.dat 16 200(10)/mV 12 0 -19 201 0 MLII"), "y.dat: this signal file"},
  };
  for (const auto& [header, message] : cases) {
    SCOPED_TRACE(header);
    const TestFolder folder;
    put(folder, header);
    const auto error = tests::caught([&] { read(folder / "x"); });
    EXPECT_THAT(error.text, HasSubstr(message));
    EXPECT_THAT(error.kind, AnyOf(ErrorKind::data, ErrorKind::io));
  }
}

TEST(OddRecords, OneOfTwoEcgLeadsIsEnough) {
  const TestFolder folder;
  put(folder, with_temperature("x.dat 16 ten/mV 12 0 200 630 0 V5"));
  const auto [record, warnings] = read(folder / "x");
  EXPECT_THAT(warnings, ElementsAre(AllOf(HasSubstr("the gain is 'ten'"), HasSubstr("left out: 'V5'"))));
  expect_mlii(record);
  put(folder, header_of("x.dat 16 ten/mV 12 0 -19 201 0 MLII", "x.dat 16 ten/mV 12 0 200 630 0 V5"));
  EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "x.hea, line 2", "the gain is 'ten'", "MLII");
}

// header(5) does not forbid it; "a step of one physical unit" makes the numbers smaller then.
TEST(OddRecords, ANegativeGainTurnsTheSignalOver) {
  const TestFolder folder;
  put(folder, with_mlii("x.dat 16 -200(10)/mV 12 0 -19 201 0 MLII"));
  const auto [record, warnings] = read(folder / "x");
  EXPECT_THAT(warnings, ElementsAre(AllOf(HasSubstr("line 2: the gain is '-200'"), HasSubstr("kept, with its sign"))));
  EXPECT_THAT(to_millivolts(record.leads.at(0)), ElementsAre(FloatEq(0.145F), FloatEq(0.0F), -1.0F));
}

TEST(OddRecords, AFileNameWithBlanksIsAWarning) {
  const TestFolder folder;
  folder.put("x.hea",
             "x 2 360 3\nmy  first record.dat 16 200(10)/mV 12 0 -19 201 0 MLII\n"
             "my  first record.dat 16 10(0)/degC 12 0 200 630 0 Temperature\n");
  folder.put("my  first record.dat", kSamples);
  const auto [record, warnings] = read(folder / "x");
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("line 2: the signal file's name is 'my  first record.dat'"),
                                    HasSubstr("line 3: the signal file's name is 'my  first record.dat'")));
  expect_mlii(record);
}

// The files say how many signals they hold.
TEST(OddRecords, TheNumberOfSignalsIsSettledByTheFiles) {
  const std::string three = words({-19, 200, 7, 10, 210, 8, 210, 220, 9});
  const std::string third = "x.dat 16 10(0)/degC 12 0 7 24 0 Other\n";
  const struct {
    const char* what;
    std::string header;
    std::string samples;
    std::size_t leads;  // 0: refused
    const char* warning;
  } cases[] = {
      {"more lines than announced, all in the file", "x 2 360 3\n" + kMlii + kTemperature + third, three, 3,
       "announces 2 signals, but there are 3 signal lines; 3 are read"},
      {"more lines than announced, none more in the file", "x 2 360 3\n" + kMlii + kTemperature + third, kSamples, 2,
       "announces 2 signals, but there are 3 signal lines; 2 are read"},
      {"one announced, two in the file", "x 1 360 3\n" + kMlii + kTemperature, kSamples, 2,
       "2 signal lines; 2 are read"},
      {"none announced, two in the file", "x 0 360 3\n" + kMlii + kTemperature, kSamples, 2,
       "2 signal lines; 2 are read"},
      {"more lines than announced, in another file", "x 2 360 3\n" + kMlii + kTemperature + "y.dat 16\n", kSamples, 2,
       "3 signal lines; 2 are read"},
      {"more announced than lines", "x 3 360 3\n" + kMlii + kTemperature, kSamples, 2,
       "announces 3 signals, but there are 2 signal lines; 2 are read"},
      {"more announced than lines, and in the file", "x 3 360 3\n" + kMlii + kTemperature, three, 0,
       "announces 3 signals, but there are 2 signal lines"},
      {"more lines than announced, and neither fits", "x 2 360 2\n" + kMlii + kTemperature + third, three, 0,
       "announces 2 signals, but there are 3 signal lines"},
      {"more lines than announced, and no length", "x 2 360\n" + kMlii + kTemperature + third, three, 0,
       "announces 2 signals, but there are 3 signal lines"},
  };
  for (const auto& [what, header, samples, leads, warning] : cases) {
    SCOPED_TRACE(what);
    const TestFolder folder;
    folder.put("x.hea", header);
    folder.put("x.dat", samples);
    if (leads == 0) {
      EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "x.hea", warning);
      continue;
    }
    const auto [record, warnings] = read(folder / "x");
    EXPECT_THAT(warnings, ElementsAre(HasSubstr(warning)));
    expect_mlii(record);
    EXPECT_EQ(record.leads.size(), leads);
    EXPECT_ERROR(read(folder / "x", {.strict = true}), ErrorKind::data, "x.hea", "signal lines");
  }
}

TEST(OddRecords, SegmentsAreSettledByTheLength) {
  const TestFolder folder;
  put(folder, with_temperature(kTemperature));
  folder.put("y.hea", "y/1 2 360 6\nx 3\nx 3\n");
  EXPECT_THAT(read(folder / "y").warnings, ElementsAre(HasSubstr("announces 1 segments, but there are 2")));
  EXPECT_EQ(read(folder / "y").record.length_samples(), 6);
  folder.put("y.hea", "y/1 2 360 3\nx 3\nx 3\n");
  EXPECT_EQ(read(folder / "y").record.length_samples(), 3);
  folder.put("y.hea", "y/3 3 360 6\nx 3\nx 3 or so\n");
  const auto [record, warnings] = read(folder / "y");
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("line 3: the text after the number of samples is 'or so'"),
                                    HasSubstr("announces 3 segments, but there are 2"),
                                    HasSubstr("announces 3 signals; the segment 'x' at sample 0 has 2")));
  EXPECT_EQ(record.leads.at(0).samples.at(3), -19);
  folder.put("y.hea", "y/2 2 360 7\nx 3\nx 3\n");
  EXPECT_THAT(read(folder / "y").warnings, ElementsAre(HasSubstr("announces 7 samples, but the segments have 6")));
  folder.put("y.hea", "y/3 2 360\nx 3\nx 3\n");
  EXPECT_ERROR(read(folder / "y"), ErrorKind::data, "announces 3 segments, but there are 2");
}

// A pipe gives a reader nothing until someone writes into it, and a device has no end.
TEST(OddRecords, PipesAndDevicesAreRefused) {
  const auto make_pipe = [](const std::filesystem::path& path) { ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0); };
  const TestFolder folder;
  make_pipe(folder / "pipe.hea");
  EXPECT_ERROR(read_record(folder / "pipe"), ErrorKind::io, "pipe.hea", "not an ordinary file");
  std::filesystem::create_symlink("/dev/zero", folder / "zero.hea");
  EXPECT_ERROR(read_record(folder / "zero"), ErrorKind::io, "zero.hea", "not an ordinary file");
  put(folder, with_temperature(kTemperature));
  EXPECT_THAT(read_record_list(folder.path()), ElementsAre("pipe", "x", "zero"));
  make_pipe(folder / "x.atr");
  EXPECT_ERROR(read_record(folder / "x"), ErrorKind::io, "x.atr", "not an ordinary file");
  std::filesystem::remove(folder / "x.dat");
  make_pipe(folder / "x.dat");
  EXPECT_ERROR(read_record(folder / "x"), ErrorKind::io, "x.dat", "not an ordinary file");
  make_pipe(folder / "RECORDS");
  EXPECT_ERROR(read_record_list(folder.path()), ErrorKind::io, "RECORDS", "not an ordinary file");
}

TEST(FieldCases, AHeaderWithANegativeGainBesideMlii) {
  BEATBENCH_NEED_CASES(cases, "field");
  const auto [record, warnings] = read(cases / "wfdb-header/neg_gain_other");
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("line 3: the gain is '-19.3447902992'")));
  EXPECT_EQ(record.leads.at(0).name, "MLII");
  EXPECT_FLOAT_EQ(to_millivolts(record.leads[0]).at(0), -0.145F);
}

TEST(FieldCases, RecordsOfSeveralSamplesPerFrame) {
  BEATBENCH_NEED_CASES(cases, "field");
  const auto [drive, warnings] = read(cases / "wfdb-multirate/drive200");
  EXPECT_THAT(warnings,
              ElementsAre(HasSubstr("read at 496 Hz; signals of other rates are left out: 'RESP' (15.5 Hz)")));
  EXPECT_EQ(drive.sampling_rate_hz, 496) << "32 times 15.5";
  ASSERT_EQ(drive.leads.size(), 1);
  EXPECT_EQ(drive.leads[0].name, "MLII");
  EXPECT_EQ(drive.leads[0].samples.size(), 930U * 32);
  const std::string file = read_text_file(cases / "wfdb-multirate/drive200.dat");
  const auto word_at = [&](std::size_t index) {
    return static_cast<std::int16_t>(static_cast<unsigned char>(file[2 * index]) |
                                     static_cast<unsigned char>(file[2 * index + 1]) << 8);
  };
  for (const std::size_t i : {0, 1, 31, 32, 33, 29759}) {
    EXPECT_EQ(drive.leads[0].samples[i], word_at(i / 32 * 33 + i % 32)) << i;
  }
  const auto [resp, none] = read(cases / "wfdb-multirate/drive200", {.leads = {"RESP"}});
  EXPECT_EQ(resp.sampling_rate_hz, 15.5);
  EXPECT_EQ(resp.leads.at(0).samples.at(1), word_at(33 + 32));
  const auto [flat, nothing] = read(cases / "wfdb-multirate/flat208");
  EXPECT_THAT(nothing, IsEmpty());
  EXPECT_EQ(flat.sampling_rate_hz, 250);
  EXPECT_EQ(flat.leads.at(0).samples.size(), 30'000U);
}

TEST(FieldCases, NotesWithAChannelOfMinusOne) {
  BEATBENCH_NEED_CASES(cases, "field");
  EXPECT_THAT(read(cases / "annotation-chn-1023/12726").warnings, IsEmpty()) << "its annotations are not read here";
  std::vector<std::string> told;
  const Record annotated = read_record(cases / "annotation-chn-1023/12726",
                                       {.on_warning = [&](const std::string& line) { told.push_back(line); }});
  EXPECT_THAT(told, ElementsAre(HasSubstr("12726.atr, byte 8: has CHN 1023; allowed: 0 to 255"),
                                HasSubstr("annotations lie past the record's end, the first at sample 87240")));
  std::vector<std::int64_t> times;
  for (const Annotation& annotation : annotated.annotations) {
    EXPECT_EQ(annotation.code, codes::note);
    times.push_back(annotation.sample);
  }
  times.resize(3);
  EXPECT_THAT(times, ElementsAre(87240, 100107, 147069));
  EXPECT_EQ(annotated.annotations.front().aux, "Initiate slow tilt up");
  EXPECT_FLOAT_EQ(to_millivolts(annotated.leads.at(0)).at(0), -0.145F);
}

TEST(FieldCases, AFolderWithSegmentsIsOneRecord) {
  BEATBENCH_NEED_CASES(cases, "field");
  EXPECT_THAT(read_record_list(cases / "folder-with-segments"), ElementsAre("p1"));
  const auto [record, warnings] = read(cases / "folder-with-segments/p1", {.strict = true});
  EXPECT_EQ(record.length_samples(), 11'520U);
  EXPECT_EQ(record.leads.at(0).samples.at(0), -29);
  EXPECT_EQ(record.leads[0].samples.at(5400), kMissingSample);
  EXPECT_EQ(record.leads[0].samples.at(6120), -71);
}

// Records beside one of segments are still records, and so is all that a RECORDS file lists.
TEST(RecordList, LeavesOutTheSegmentsOfOthers) {
  const TestFolder folder;
  folder.put("m.hea", "m/4 1 100 9\nm_layout 0\nm_1 4\n~ 1\nm_2 4\n");
  for (const char* name : {"m_layout", "m_1", "m_2", "m_3", "other"}) {
    folder.put(std::string(name) + ".hea", std::string(name) + " 1 100 4\nx.dat 16\n");
  }
  folder.put("garbled.hea", "\x7f\x45LF");
  EXPECT_THAT(read_record_list(folder.path()), ElementsAre("garbled", "m", "m_3", "other"));
  folder.put("RECORDS", "m_1\nm\n");
  EXPECT_THAT(read_record_list(folder.path()), ElementsAre("m_1", "m"));
}

}  // namespace
}  // namespace beatbench
