#include "beatbench/recordings/wfdb/record_io.h"

#include <gmock/gmock.h>

#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "support/test_folder.h"
#include "support/words.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using tests::TestFolder;

Record small_record() {
  Record record;
  record.id = "small_1";
  record.subject = "small_1";
  record.sampling_rate_hz = 360.5;
  record.comments = {" 54 F", "#second"};
  record.leads.resize(3);
  record.leads[0] = {"MLII", "mV", 200, 1024, 1024, 11, {995, 1011, kMissingSample, 2047, 0}};
  record.leads[1] = {"V 5, chest", "uV", 0.25, -7, 3, 12, {-2047, -1, 0, 1, 5}};
  record.leads[2] = {"", "mV", 1000.125, 0, 0, 16, {1, 2, 3, 4, 5}};
  record.annotations = {{1, 28, 0, 0, 0, "(N"}, {1, 1, 0, 0, 0, ""}, {4, 5, -1, 2, 3, ""}};
  return record;
}

struct ReadResult {
  Record record;
  std::vector<std::string> warnings;
};

ReadResult read(const std::filesystem::path& base, ReadOptions options = {}) {
  ReadResult result;
  options.on_warning = [&](const std::string& line) { result.warnings.push_back(line); };
  result.record = read_record(base, options);
  return result;
}

// One signal "x" in format 16 with the samples 1, 2, 3.
constexpr const char* kTinyHeader = "x 1 100 3\nx.dat 16 200 12 0 1 6 0 II\n";
const std::string kTinySamples("\x01\x00\x02\x00\x03\x00", 6);
const std::string kOneBeat("\x01\x04\x00\x00", 4);  // N at sample 1

void put_tiny(const TestFolder& folder, const std::string& header = kTinyHeader,
              const std::string& samples = kTinySamples, const std::string& annotations = kOneBeat) {
  folder.put("x.hea", header);
  folder.put("x.dat", samples);
  folder.put("x.atr", annotations);
}

TEST(RecordIo, WritesAndReadsEveryFormat) {
  for (const int format : {16, 24, 32, 61, 160, 212, 516, 524}) {
    const TestFolder folder;
    Record record = small_record();
    write_record(record, folder / "new/folder", format);
    const auto [found, warnings] = read(folder / "new/folder/small_1", {.strict = true});
    record.leads[2].name = "record small_1, signal 2";  // the default where there is no name
    EXPECT_THAT(warnings, IsEmpty());
    EXPECT_EQ(found.id, record.id);
    EXPECT_EQ(found.subject, record.id);
    EXPECT_EQ(found.sampling_rate_hz, record.sampling_rate_hz);
    EXPECT_EQ(found.comments, record.comments);
    EXPECT_EQ(found.leads, record.leads);
    EXPECT_EQ(found.annotations, record.annotations);
    EXPECT_EQ(found.content_hash.size(), 32);
    EXPECT_EQ(folder.file_count(), 2 + 3) << "no temporary file is left";
  }
}

TEST(RecordIo, RecordsLongerThanAPieceComeBack) {
  for (const std::size_t lead_count : {1, 2, 3}) {
    const TestFolder folder;
    Record record = small_record();
    record.leads.resize(lead_count);
    for (std::size_t i = 0; i < lead_count; ++i) {
      record.leads[i].name = "lead " + std::to_string(i);
      record.leads[i].samples.resize(70'001);
      for (std::size_t k = 0; k < 70'001; ++k) {
        record.leads[i].samples[k] = static_cast<std::int32_t>((k * 131 + i * 977) % 4095) - 2047;
      }
    }
    write_record(record, folder.path(), 212);
    EXPECT_EQ(read(folder / "small_1", {.strict = true}).record.leads, record.leads);
  }
}

TEST(RecordIo, TheExtensionOfTheHeaderIsOptional) {
  const TestFolder folder;
  put_tiny(folder);
  EXPECT_EQ(read(folder / "x").record.content_hash, read(folder / "x.hea").record.content_hash);
}

TEST(RecordIo, ContentHashCoversHeaderSignalsAndAnnotations) {
  const TestFolder folder;
  put_tiny(folder);
  const std::string original = read(folder / "x").record.content_hash;
  EXPECT_EQ(read(folder / "x").record.content_hash, original);
  put_tiny(folder, std::string(kTinyHeader) + "# comment\n");
  EXPECT_NE(read(folder / "x").record.content_hash, original);
  put_tiny(folder, kTinyHeader, std::string("\x03\x00\x02\x00\x01\x00", 6));
  EXPECT_NE(read(folder / "x").record.content_hash, original);
  put_tiny(folder, kTinyHeader, kTinySamples, std::string("\x02\x04\x00\x00", 4));
  EXPECT_NE(read(folder / "x").record.content_hash, original);
}

TEST(RecordIo, WithoutANumberOfSamplesTheFileSizeDecides) {
  const TestFolder folder;
  put_tiny(folder, "x 1\nx.dat 16\n");
  const auto [record, warnings] = read(folder / "x", {.strict = true});
  EXPECT_THAT(record.leads.at(0).samples, ElementsAre(1, 2, 3));
  EXPECT_EQ(record.sampling_rate_hz, 250);
  EXPECT_EQ(record.leads[0].gain, 200);
}

TEST(RecordIo, AByteOffsetIsSkipped) {
  const TestFolder folder;
  put_tiny(folder, "x 1 100 3\nx.dat 16+5\n", "12345" + kTinySamples);
  EXPECT_THAT(read(folder / "x", {.strict = true}).record.leads.at(0).samples, ElementsAre(1, 2, 3));
}

TEST(RecordIo, SignalsMayLieInSeveralFiles) {
  const TestFolder folder;
  put_tiny(folder, "x 3 100 3\nx.dat 16 200 12 0 1 6\ny.dat 212\ny.dat 212\n");
  folder.put("y.dat", std::string("\xe3\x33\xf3\x01\x00\x02\x03\x00\x04", 9));
  const Record record = read(folder / "x", {.strict = true}).record;
  EXPECT_THAT(record.leads.at(0).samples, ElementsAre(1, 2, 3));
  EXPECT_THAT(record.leads.at(1).samples, ElementsAre(995, 1, 3));
  EXPECT_THAT(record.leads.at(2).samples, ElementsAre(1011, 2, 4));
}

TEST(RecordIo, ALeadIsFoundHoweverItIsSpelt) {
  const TestFolder folder;
  folder.put("x.hea", "x 2 100 1\nx.dat 16 200 12 0 1 1 0 Lead I\nx.dat 16 200/uV 12 0 2 2 0 Lead II\n");
  folder.put("x.dat", tests::words({1, 2}));
  ReadOptions options;
  options.annotator.reset();
  options.leads = {"DII", "I"};
  const Record record = read_record(folder / "x", options);
  ASSERT_EQ(record.leads.size(), 2U);
  EXPECT_THAT(record.leads[0].samples, ElementsAre(2));
  EXPECT_FALSE(record.leads[0].unit_is_assumed);
  EXPECT_EQ(record.leads[0].units, "uV");
  EXPECT_TRUE(record.leads[1].unit_is_assumed);
  EXPECT_EQ(record.leads[1].units, "mV");
}

TEST(RecordIo, SignalsCanBeLeftOut) {
  const TestFolder folder;
  folder.put("x.hea", kTinyHeader);
  folder.put("x.atr", kOneBeat);
  const Record record = read(folder / "x", {.signals = false}).record;
  EXPECT_EQ(record.leads.at(0).name, "II");
  EXPECT_THAT(record.leads[0].samples, IsEmpty());
  EXPECT_EQ(record.annotations.size(), 1);
}

TEST(RecordIo, AnAbsentAnnotationFileIsAWarning) {
  const TestFolder folder;
  put_tiny(folder);
  const auto [record, warnings] = read(folder / "x", {.strict = true, .annotator = "qrs"});
  EXPECT_THAT(record.annotations, IsEmpty());
  EXPECT_THAT(warnings, ElementsAre(HasSubstr("x.qrs: there is no such annotation file")));
  EXPECT_THAT(read(folder / "x", {.annotator = std::nullopt}).warnings, IsEmpty());
}

TEST(RecordIo, NulsAtTheEndOfAuxTextsAreDropped) {
  const TestFolder folder;
  put_tiny(folder, kTinyHeader, kTinySamples, std::string("\x01\x70\x03\xfc(N\0\0\0\0", 10));
  EXPECT_EQ(read(folder / "x").record.annotations.at(0).aux, "(N");
}

TEST(RecordIo, AnnotationTimesAreConvertedToSamplesOfTheRecord) {
  const TestFolder folder;
  Annotation note{0, codes::note, 0, 0, 0, "## time resolution: 1000"};
  const auto bytes = format_annotations(std::vector<Annotation>{note, {}, {10, 1, 0, 0, 0, ""}, {24, 1, 0, 0, 0, ""}});
  put_tiny(folder, kTinyHeader, kTinySamples, std::string(bytes.begin(), bytes.end()));
  const Record record = read(folder / "x", {.strict = true}).record;
  ASSERT_EQ(record.annotations.size(), 2) << "the note, which no longer holds, and the null annotation are left out";
  EXPECT_EQ(record.annotations[0].sample, 1);
  EXPECT_EQ(record.annotations[1].sample, 2);
}

TEST(RecordIo, AWrongChecksumIsAWarningOrAnErrorIfStrict) {
  const TestFolder folder;
  put_tiny(folder, "x 1 100 3\nx.dat 16 200 12 0 1 7 0 II\n");
  EXPECT_THAT(read(folder / "x").warnings,
              ElementsAre(AllOf(HasSubstr("checksum of signal 'II' is 6"), HasSubstr("says 7"))));
  EXPECT_ERROR(read(folder / "x", {.strict = true}), ErrorKind::data, "x.dat", "checksum of signal 'II' is 6",
               "says 7");
}

TEST(RecordIo, LeftOverBytesAreAWarningOrAnErrorIfStrict) {
  const TestFolder folder;
  put_tiny(folder, kTinyHeader, kTinySamples + "ab");
  EXPECT_THAT(read(folder / "x").warnings, ElementsAre(HasSubstr("has 8 bytes; the 3 samples per signal")));
  EXPECT_ERROR(read(folder / "x", {.strict = true}), ErrorKind::data, "x.dat", "take 6");
}

TEST(RecordIo, AnnotationsPastTheEndAreAWarningOrAnErrorIfStrict) {
  const TestFolder folder;
  put_tiny(folder, kTinyHeader, kTinySamples, std::string("\x03\x04\x00\x00", 4));
  EXPECT_THAT(read(folder / "x").warnings, ElementsAre(HasSubstr("1 annotations lie past the record's end")));
  EXPECT_ERROR(read(folder / "x", {.strict = true}), ErrorKind::data, "x.atr", "sample 3; allowed: 0 to 2");
}

TEST(RecordIo, MissingFilesAreNamed) {
  const TestFolder folder;
  EXPECT_ERROR(read(folder / "x"), ErrorKind::io, "x.hea", "cannot open");
  folder.put("x.hea", kTinyHeader);
  EXPECT_ERROR(read(folder / "x"), ErrorKind::io, "x.dat", "not there", "x.hea");
  std::filesystem::create_directory(folder / "x.dat");
  EXPECT_ERROR(read(folder / "x"), ErrorKind::io, "x.dat", "not an ordinary file");
}

TEST(RecordIo, ATruncatedSignalFileIsAnError) {
  const TestFolder folder;
  put_tiny(folder, kTinyHeader, kTinySamples.substr(0, 5));
  EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "x.dat", "has 5 bytes, which hold 2 samples", "format 16",
               "x.hea asks for 3");
  put_tiny(folder, "x 1 100 3\nx.dat 16+100\n");
  EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "hold 0 samples", "from byte 100 on");
}

TEST(RecordIo, AbsurdSizesAreRefusedBeforeAnythingIsAllocated) {
  const TestFolder folder;
  for (const char* length : {"4000000000000000000", "9223372036854775807"}) {
    put_tiny(folder, std::string("x 1 100 ") + length + "\nx.dat 16\n");
    EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "x.dat", "has 6 bytes", length);
  }
  put_tiny(folder, "x 2147483647 100 3\nx.dat 16\n");
  EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "x.hea, line 1", "number of signals is '2147483647'", "0 to 1024");
  put_tiny(folder, "x 1 100 3\nx.dat 16x2147483647\n");
  EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "x.hea, line 2", "samples per frame is '2147483647'", "1 to 10000");
  put_tiny(folder, "x/2147483647 1 100 3\nx_1 3\n");
  EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "x.hea, line 1", "segments is '2147483647'", "1 to 100000");
  put_tiny(folder, "x 1 100 4000000000\n~ 0\n");
  EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "x.hea", "without a file for 4000000000 samples",
               "allowed: 536870912");
  put_tiny(folder, "x 1 100 3\nx.dat 16+9223372036854775807\n");
  EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "x.dat", "has 6 bytes");
}

TEST(RecordIo, AHeaderOfAnotherNameIsAnError) {
  const TestFolder folder;
  put_tiny(folder, "y 1 100 3\nx.dat 16\n");
  EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "x.hea", "names record 'y'; expected 'x'");
}

TEST(RecordIo, WhatThisBuildCannotReadIsUnsupported) {
  const TestFolder folder;
  put_tiny(folder, "x 1 100 3\nx.dat 17\n");
  EXPECT_ERROR(read(folder / "x"), ErrorKind::unsupported, "x.hea", "format 17 is not supported; supported: 8, 16");
}

TEST(RecordIo, SignalsOfOneFileMustFitTogether) {
  const TestFolder folder;
  const struct {
    const char* header;
    const char* message;
  } cases[] = {{"x 2 100 1\nx.dat 16\nx.dat 212\n", "formats 16 and 212; allowed: one format per file"},
               {"x 2 100 1\nx.dat 16\nx.dat 16+2\n", "byte offsets 0 and 2"},
               {"x 3 100 1\nx.dat 16\nx.atr 16\nx.dat 16\n", "not on neighbouring lines"},
               {"x 1 100 1\n../x.dat 16\n", "'../x.dat'; allowed: a file in the header's folder"},
               {"x 1 100 1\n/etc/passwd 16\n", "allowed: a file in the header's folder"}};
  for (const auto& [header, message] : cases) {
    put_tiny(folder, header);
    EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "x.hea", message);
  }
}

TEST(RecordIo, AGarbledAnnotationFileIsAnError) {
  const TestFolder folder;
  put_tiny(folder, kTinyHeader, kTinySamples, "garbled!");
  EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "x.atr", "byte");
  put_tiny(folder, kTinyHeader, kTinySamples, "");
  EXPECT_ERROR(read(folder / "x"), ErrorKind::data, "x.atr", "byte 0", "cut short");
}

TEST(RecordIo, WriteRefusesWhatDoesNotFitAndLeavesNothing) {
  const TestFolder folder;
  const auto written_with = [&](auto&& change, int format = 212, const std::string& annotator = "atr") {
    Record record = small_record();
    change(record);
    write_record(record, folder.path(), format, annotator);
  };
  const auto unchanged = [](Record&) {};
  EXPECT_ERROR(written_with([](Record& r) { r.leads[1].samples[3] = 2048; }), ErrorKind::usage, "small_1", "V 5, chest",
               "value 2048 at sample 3", "-2047 to 2047");
  EXPECT_ERROR(written_with([](Record& r) { r.leads[1].samples[3] = -2048; }), ErrorKind::usage, "value -2048");
  EXPECT_ERROR(written_with([](Record& r) { r.leads[1].samples.pop_back(); }), ErrorKind::usage, "has 4 samples");
  EXPECT_ERROR(written_with([](Record& r) { r.leads[0].gain = 0; }), ErrorKind::usage, "gain");
  EXPECT_ERROR(written_with([](Record& r) { r.sampling_rate_hz = 0; }), ErrorKind::usage, "sampling rate");
  EXPECT_ERROR(written_with([](Record& r) { r.id = "../up"; }), ErrorKind::usage, "id is '../up'");
  EXPECT_ERROR(written_with([](Record& r) { r.id = "two words"; }), ErrorKind::usage, "record name");
  EXPECT_ERROR(written_with([](Record& r) { r.annotations[0].code = 50; }), ErrorKind::usage, "annotation 0");
  EXPECT_ERROR(written_with([](Record& r) { r.comments[0] = "a\nb"; }), ErrorKind::usage, "comment");
  EXPECT_ERROR(written_with(unchanged, 17), ErrorKind::unsupported, "format 17", "supported: 8, 16");
  EXPECT_ERROR(written_with(unchanged, 8), ErrorKind::usage, "MLII has no sample at 2", "format 8 has no value");
  EXPECT_ERROR(written_with(unchanged, 80), ErrorKind::usage, "MLII has the value 995", "format 80: -127 to 127");
  EXPECT_ERROR(written_with(unchanged, 212, "a/b"), ErrorKind::usage, "annotator is 'a/b'");
  EXPECT_EQ(folder.file_count(), 0);
}

TEST(RecordIo, AWriteThatFailsHalfWayLeavesNothing) {
  const TestFolder folder;
  std::filesystem::create_directory(folder / "small_1.hea");  // the header, written last, cannot take this name
  EXPECT_ERROR(write_record(small_record(), folder.path()), ErrorKind::io, "small_1.hea");
  EXPECT_EQ(folder.file_count(), 1);
}

TEST(RecordIo, ARecordWithoutLeadsOrAnnotationsCanBeWritten) {
  const TestFolder folder;
  Record record = small_record();
  record.leads.clear();
  write_record(record, folder.path());
  EXPECT_EQ(folder.file_count(), 2);
  EXPECT_EQ(read(folder / "small_1", {.strict = true}).record.annotations, record.annotations);
  write_record(small_record(), folder / "signals", 16, "");
  EXPECT_FALSE(std::filesystem::exists(folder / "signals/small_1.atr"));
}

TEST(RecordList, IsTheRecordsFileOrElseEveryHeader) {
  const TestFolder folder;
  folder.put("b.hea", "");
  folder.put("a.hea", "");
  folder.put("a.dat", "");
  EXPECT_THAT(read_record_list(folder.path()), ElementsAre("a", "b"));
  folder.put("RECORDS", "b\r\nsub/c \n\n");
  EXPECT_THAT(read_record_list(folder.path()), ElementsAre("b", "sub/c"));
}

TEST(RecordList, ErrorsNameTheFolder) {
  const TestFolder folder;
  EXPECT_ERROR(read_record_list(folder / "nothing"), ErrorKind::io, "nothing", "no such folder");
  EXPECT_ERROR(read_record_list(folder.path()), ErrorKind::data, "neither a RECORDS file nor a .hea file");
  folder.put("RECORDS", "\n");
  EXPECT_ERROR(read_record_list(folder.path()), ErrorKind::data, "lists no record");
  folder.put("RECORDS", "100\n../101\n");
  EXPECT_ERROR(read_record_list(folder.path()), ErrorKind::data, "RECORDS, line 2", "'../101'");
}

}  // namespace
}  // namespace beatbench
