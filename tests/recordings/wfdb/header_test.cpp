#include "beatbench/recordings/wfdb/header.h"

#include <gmock/gmock.h>

#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// The header of mitdb's record 100, with its CRLF line ends.
constexpr const char* kRecord100 =
    "100 2 360 650000\r\n"
    "100.dat 212 200 11 1024 995 -22131 0 MLII\r\n"
    "100.dat 212 200 11 1024 1011 20052 0 V5\r\n"
    "# 69 M 1085 1629 x1\r\n"
    "# Aldomet, Inderal\r\n";

std::string with_unix_line_ends(std::string text) {
  std::erase(text, '\r');
  return text;
}

TEST(Header, ReadsAnOrdinaryRecord) {
  const Header header = parse_header(kRecord100, "100.hea");
  EXPECT_EQ(header.record_name, "100");
  EXPECT_THAT(header.segments, IsEmpty());
  EXPECT_EQ(header.signal_count, 2);
  EXPECT_EQ(header.sampling_rate_hz, 360);
  EXPECT_EQ(header.length_samples, 650000);
  EXPECT_THAT(header.comments, ElementsAre(" 69 M 1085 1629 x1", " Aldomet, Inderal"));
  ASSERT_EQ(header.signals.size(), 2);
  const SignalSpec& signal = header.signals[0];
  EXPECT_EQ(signal.file_name, "100.dat");
  EXPECT_EQ(signal.format, 212);
  EXPECT_EQ(signal.gain, 200);
  EXPECT_EQ(signal.baseline, 1024) << "the ADC zero, where there is no baseline";
  EXPECT_EQ(signal.units, "mV");
  EXPECT_TRUE(signal.unit_is_assumed);
  EXPECT_EQ(signal.adc_resolution_bits, 11);
  EXPECT_EQ(signal.adc_zero, 1024);
  EXPECT_EQ(signal.initial_value, 995);
  EXPECT_EQ(signal.checksum, -22131);
  EXPECT_EQ(signal.block_size, 0);
  EXPECT_EQ(signal.description, "MLII");
}

// header(5): where units are missing, mV may be assumed.
TEST(Header, KnowsWhetherItStatesAUnit) {
  const Header header = parse_header(
      "x 7\nx.dat 16\nx.dat 16 0\nx.dat 16 200\nx.dat 16 200(0)\nx.dat 16 200/\nx.dat 16 200/mV\nx.dat 16 1(0)/uV\n",
      "x.hea");
  std::vector<bool> assumed;
  for (const SignalSpec& signal : header.signals) assumed.push_back(signal.unit_is_assumed);
  EXPECT_THAT(assumed, ElementsAre(true, true, true, true, true, false, false));
  EXPECT_EQ(parse_header(format_header(header), "x.hea"), header);
}

TEST(Header, LineEndsMakeNoDifference) {
  EXPECT_EQ(parse_header(kRecord100, "100.hea"), parse_header(with_unix_line_ends(kRecord100), "100.hea"));
}

TEST(Header, TheLastLineNeedsNoLineEnd) { EXPECT_EQ(parse_header("x 1\nx.dat 16", "x.hea").signals.size(), 1); }

TEST(Header, DefaultsHoldWhereFieldsAreMissing) {
  const Header header = parse_header("x 2\nx.dat 16\nx.dat 16 0\n", "x.hea");
  EXPECT_EQ(header.sampling_rate_hz, 250);
  EXPECT_EQ(header.length_samples, std::nullopt);
  EXPECT_EQ(header.counter_frequency_hz, std::nullopt);
  for (const SignalSpec& signal : header.signals) {
    EXPECT_EQ(signal.gain, 200);
    EXPECT_EQ(signal.baseline, 0);
    EXPECT_EQ(signal.units, "mV");
    EXPECT_EQ(signal.adc_resolution_bits, 12);
    EXPECT_EQ(signal.initial_value, std::nullopt);
    EXPECT_EQ(signal.checksum, std::nullopt);
  }
  EXPECT_EQ(header.signals[1].description, "record x, signal 1");
}

// header(5): 12 bits, 10 for differences, fewer where the format has fewer.
TEST(Header, DefaultResolutionsGoByTheFormat) {
  const Header header = parse_header("x 5\nx.dat 212 0 0\ny.dat 8\nz.dat 310\nu.dat 80\nv.dat 16 200 16\n", "x.hea");
  std::vector<int> bits;
  for (const SignalSpec& signal : header.signals) bits.push_back(signal.adc_resolution_bits);
  EXPECT_THAT(bits, ElementsAre(12, 10, 10, 8, 16));
}

TEST(Header, ReadsEveryField) {
  const Header header = parse_header(
      "# before\n"
      "rec_1 1 128.5/64(10.5) 7 12:30:00 25/04/1989\n"
      "rec_1.mat 212x2:3+24 100.25(-7)/uV/s 10 5 -3 65535 1 lead II, raw\n",
      "rec_1.hea");
  EXPECT_EQ(header.sampling_rate_hz, 128.5);
  EXPECT_EQ(header.counter_frequency_hz, 64);
  EXPECT_EQ(header.counter_base, 10.5);
  EXPECT_EQ(header.length_samples, 7);
  EXPECT_EQ(header.time_text, "12:30:00");
  EXPECT_EQ(header.date_text, "25/04/1989");
  EXPECT_THAT(header.comments, ElementsAre(" before"));
  const SignalSpec& signal = header.signals.at(0);
  EXPECT_EQ(signal.format, 212);
  EXPECT_EQ(signal.samples_per_frame, 2);
  EXPECT_EQ(signal.skew_samples, 3);
  EXPECT_EQ(signal.byte_offset, 24);
  EXPECT_EQ(signal.gain, 100.25);
  EXPECT_EQ(signal.baseline, -7);
  EXPECT_EQ(signal.units, "uV/s");
  EXPECT_EQ(signal.adc_zero, 5);
  EXPECT_EQ(signal.initial_value, -3);
  EXPECT_EQ(signal.checksum, -1) << "16 bits without a sign, as PTB-XL writes them";
  EXPECT_EQ(signal.block_size, 1);
  EXPECT_EQ(signal.description, "lead II, raw");
}

TEST(Header, ReadsSegments) {
  const Header header = parse_header("multi/3 2 100 500\nmulti_layout 0\nmulti_1 300\n~ 200\n", "multi.hea");
  EXPECT_EQ(header.signal_count, 2);
  EXPECT_THAT(header.signals, IsEmpty());
  EXPECT_THAT(header.segments,
              ElementsAre(SegmentSpec{"multi_layout", 0}, SegmentSpec{"multi_1", 300}, SegmentSpec{"~", 200}));
  EXPECT_EQ(parse_header(format_header(header), "multi.hea"), header);
}

TEST(Header, FormatIsTheInverseOfParse) {
  for (const char* text :
       {kRecord100, "x 0 1000.125\n#only annotations\n", "x 2\nx.dat 16\nx.dat 16 0\n",
        "r 1 128.1/64(10.5) 7 12:30:00 25/04/1989\nr.mat 16x2:3+24 0.1(-7)/uV 10 5 -3 12 1 II, raw\n"}) {
    const Header header = parse_header(text, "x.hea");
    EXPECT_EQ(parse_header(format_header(header), "x.hea"), header) << format_header(header);
  }
}

TEST(Header, ErrorsNameLineAndFieldAndWhatIsAllowed) {
  const struct {
    const char* text;
    const char* where;
    const char* message;
  } cases[] = {
      {"", "x.hea", "no record line"},
      {"# a comment\n\n", "x.hea", "no record line"},
      {"x\n", "line 1", "number of signals is ''"},
      {"x two\n", "line 1", "number of signals is 'two'; allowed: an integer from 0"},
      {"x -1\n", "line 1", "number of signals is '-1'"},
      {"x 99999999999999999999\n", "line 1", "number of signals"},
      {"x/0 1\n", "line 1", "number of segments is '0'"},
      {"x 0 abc\n", "line 1", "sampling rate is 'abc'; allowed: a number"},
      {"x 0 0\n", "line 1", "sampling rate is '0'; allowed: above 0 Hz"},
      {"x 0 nan\n", "line 1", "sampling rate is 'nan'"},
      {"x 0 1e999\n", "line 1", "sampling rate"},
      {"x 0 250/50(3\n", "line 1", "counter frequency"},
      {"x 0 250 -5\n", "line 1", "number of samples is '-5'"},
      {"x 0 250 5 1:00 1/1/2000 more\n", "line 1", "text after the date is 'more'"},
      {"x 1\n\nx.dat\n", "line 3", "signal format is ''"},
      {"x 1\nx.dat 16x0\n", "line 2", "samples per frame is '0'"},
      {"x 1\nx.dat 16+-2\n", "line 2", "byte offset is '-2'"},
      {"x 1\nx.dat 16 -200\n", "line 2", "gain is '-200'"},
      {"x 1\nx.dat 16 200(a)\n", "line 2", "baseline is 'a'"},
      {"x 1\nx.dat 16 200(3\n", "line 2", "gain is '200(3'"},
      {"x 1\nx.dat 16 200 -3\n", "line 2", "ADC resolution is '-3'"},
      {"x 1\nx.dat 16 200 12 0 99999999999\n", "line 2", "initial value is '99999999999'"},
      {"x 1\nx.dat 16 200 12 0 0 65536\n", "line 2", "checksum is '65536'; allowed: an integer from -32768 to 65535"},
      {"x 2000000000\nx.dat 16\n", "line 1", "number of signals is '2000000000'; allowed: an integer from 0 to 1024"},
      {"x/2000000000 1\nx 5\n", "line 1", "segments is '2000000000'; allowed: an integer from 1 to 100000"},
      {"x 1\nx.dat 16x10001\n", "line 2", "samples per frame is '10001'; allowed: an integer from 1 to 10000"},
      {"x 1000\nx.dat 16\n", "x.hea", "announces 1000 signals, but there are 1 signal lines"},
      {"x 1\nx.dat 16\nx.dat 16\n", "x.hea", "announces 1 signals, but there are 2 signal lines"},
      {"x/2 1\nx_1 5\n", "x.hea", "announces 2 segments, but there are 1 segment lines"},
      {"x/1 1\nx_1 5 6\n", "line 2", "text after the number of samples is '6'"},
      {"\x7f\x45LF\x01\x02\n", "line 1", "number of signals"},
  };
  for (const auto& [text, where, message] : cases) {
    SCOPED_TRACE(text);
    EXPECT_ERROR(parse_header(text, "x.hea"), ErrorKind::data, "x.hea", where, message);
  }
  EXPECT_ERROR(parse_header(std::string_view("x 0\0\n", 5), "x.hea"), ErrorKind::data, "line 1", "NUL");
}

TEST(Header, LongAndUnprintableTextIsCutInMessages) {
  const auto error = tests::caught([] { parse_header("x " + std::string(10'000, '\x01'), "x.hea"); });
  EXPECT_LT(error.text.size(), 200);
  EXPECT_THAT(error.text, testing::HasSubstr("????..."));
}

TEST(Header, RefusesToWriteWhatALineCannotHold) {
  const Header good = parse_header(kRecord100, "100.hea");
  const auto written_with = [&](auto&& change) {
    Header header = good;
    change(header);
    return tests::caught([&] { format_header(header); });
  };
  const std::vector<tests::Caught> found = {
      written_with([](Header& h) { h.record_name = "a b"; }),
      written_with([](Header& h) { h.record_name = ""; }),
      written_with([](Header& h) { h.record_name = "a/2"; }),
      written_with([](Header& h) { h.record_name = "#a"; }),
      written_with([](Header& h) { h.date_text = "1/1/2000"; }),
      written_with([](Header& h) { h.signals[0].units = "milli volt"; }),
      written_with([](Header& h) { h.signals[0].description = "two\nlines"; }),
      written_with([](Header& h) { h.signals[0].file_name = ""; }),
      written_with([](Header& h) { h.signals[0].checksum.reset(); }),
      written_with([](Header& h) { h.comments[0] = "two\nlines"; }),
  };
  for (const tests::Caught& error : found) {
    EXPECT_EQ(error.kind, ErrorKind::usage);
    EXPECT_THAT(error.text, testing::HasSubstr("header of record"));
  }
}

}  // namespace
}  // namespace beatbench
