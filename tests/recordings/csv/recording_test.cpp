#include "beatbench/recordings/csv/recording.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "beatbench/recordings/wfdb/record_io.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using namespace std::string_literals;

class CsvRecording : public testing::Test {
 protected:
  Record read(const std::string& text, CsvOptions options = {}) {
    folder_.put("r1.csv", text);
    options.on_warning = [this](const std::string& line) { warnings_.push_back(line); };
    return read_csv_recording(folder_ / "r1.csv", options);
  }

  tests::TestFolder folder_;
  std::vector<std::string> warnings_;
};

std::vector<float> millivolts(const Record& record, std::size_t lead = 0) {
  return to_millivolts(record.leads.at(lead));
}

TEST_F(CsvRecording, OneColumnAndARate) {
  const Record record = read("Signal\n0.125\n-0.5\n1.75\n", {.sampling_rate_hz = 250});
  EXPECT_EQ(record.id, "r1");
  EXPECT_EQ(record.subject, "r1");
  EXPECT_EQ(record.sampling_rate_hz, 250);
  ASSERT_EQ(record.leads.size(), 1U);
  EXPECT_EQ(record.leads[0].name, "Signal");
  EXPECT_THAT(record.leads[0].samples, ElementsAre(125, -500, 1750));
  EXPECT_EQ(record.leads[0].gain, 1000);
  EXPECT_THAT(millivolts(record), ElementsAre(0.125F, -0.5F, 1.75F));
  EXPECT_FALSE(record.content_hash.empty());
  EXPECT_THAT(warnings_, testing::IsEmpty());
}

// The form of PhysioNet's ATM exports: quotes, a line of units, a clock.
TEST_F(CsvRecording, ClockAndUnits) {
  const Record record = read(
      "'Elapsed time','MLII','V5'\n'hh:mm:ss.mmm','mV','uV'\n'0:00.000',-0.145,-65\n'0:00.003',-0.145,-65\n"
      "'0:00.006',-0.120,-70\n'0:00.008',0.5,30\n'0:00.011',0.25,5\n");
  EXPECT_NEAR(record.sampling_rate_hz, 1000.0 * 4 / 11, 1e-9) << "too short to be told better";
  ASSERT_EQ(record.leads.size(), 2U);
  EXPECT_EQ(record.leads[1].units, "uV");
  EXPECT_NEAR(millivolts(record, 1)[3], 0.03, 1e-6);
  EXPECT_FLOAT_EQ(millivolts(record)[2], -0.12F);
}

// The form of the copies of mitdb that go round: a counter and digital values, which no rate can be told from.
TEST_F(CsvRecording, CounterIsNoTimeAndNoSignal) {
  const std::string text = "'sample #','MLII','V5'\n0,995,1011\n1,995,1011\n2,1000,1008\n";
  EXPECT_ERROR(read(text), ErrorKind::usage, "r1.csv", "sampling rate must be given");
  const Record record = read(text, {.sampling_rate_hz = 360});
  ASSERT_EQ(record.leads.size(), 2U);
  EXPECT_THAT(record.leads[0].samples, ElementsAre(995, 995, 1000));
  EXPECT_THAT(warnings_, testing::Contains(HasSubstr("cannot be mV")));
}

std::string rows(int count, const std::function<std::string(int)>& row) {
  std::string text;
  for (int i = 0; i < count; ++i) text += row(i) + "\n";
  return text;
}

TEST_F(CsvRecording, FindsTheRateInAnyUnitOfTime) {
  const auto rate_of = [&](const std::string& heading, double step, int decimals) {
    return read(heading + ",ecg\n" +
                rows(500,
                     [&](int i) {
                       char line[64];
                       std::snprintf(line, sizeof line, "%.*f,%d", decimals, i * step, i % 7);
                       return std::string(line);
                     }))
        .sampling_rate_hz;
  };
  EXPECT_EQ(rate_of("time", 0.002, 3), 500);
  EXPECT_EQ(rate_of("time_ms", 4, 0), 250);
  EXPECT_EQ(rate_of("Time", 4, 0), 250) << "4 s is no step of an ECG, 4 ms is";
  EXPECT_EQ(rate_of("t", 1000, 0), 1000) << "nor is 1000 ms";
  EXPECT_EQ(rate_of("time (s)", 1.0 / 360, 3), 360) << "rounded to milliseconds";
  EXPECT_EQ(rate_of("seconds", 1.0 / 360, 6), 360);
  EXPECT_EQ(rate_of("timestamp", 1.0 / 128, 6), 128);
  EXPECT_NEAR(rate_of("time", 1.0 / 257.4, 9), 257.4, 1e-4) << "a rate that is no whole number stays";
  EXPECT_ERROR(rate_of("time", 60, 0), ErrorKind::usage, "'time'", "60 a row");
}

TEST_F(CsvRecording, TakesDatesAndSemicolonsWithDecimalCommas) {
  const Record record = read("Zeit;I\n" + rows(100, [](int i) {
                               char line[64];
                               std::snprintf(line, sizeof line, "2021-03-28 23:59:59,%03d;0,%02d", i * 4, i);
                               return std::string(line);
                             }));
  EXPECT_EQ(record.sampling_rate_hz, 250);
  ASSERT_EQ(record.leads.size(), 1U);
  EXPECT_FLOAT_EQ(millivolts(record)[57], 0.57F);
}

TEST_F(CsvRecording, TakesTabsBlanksAndNoHeadings) {
  for (const char* separator : {"\t", "  ", ",", " | "}) {
    SCOPED_TRACE(separator);
    const Record record = read(
        "# made by hand\n" +
        rows(50,
             [&](int i) { return std::to_string(i * 0.005) + separator + std::to_string(i % 5) + separator + "-1"; }) +
        "\r\n");
    EXPECT_EQ(record.sampling_rate_hz, 200);
    ASSERT_EQ(record.leads.size(), 2U);
    EXPECT_EQ(record.leads[0].name, "column 2");
    EXPECT_EQ(millivolts(record, 0)[8], 3.0F);
    EXPECT_EQ(millivolts(record, 1)[8], -1.0F);
  }
}

TEST_F(CsvRecording, PicksColumnsByHeadingOrNumber) {
  const std::string text = "a,b,c\n1,2,3\n4,5,6\n";
  const CsvOptions by_name{.signals = {"c", "1"}, .sampling_rate_hz = 100};
  const Record record = read(text, by_name);
  EXPECT_EQ(record.leads.at(0).name, "c");
  EXPECT_EQ(record.leads.at(1).name, "a");
  EXPECT_ERROR(read(text, {.signals = {"V5"}, .sampling_rate_hz = 100}), ErrorKind::usage, "'V5'", "a, b, c");
  EXPECT_ERROR(read(text, {.signals = {"4"}, .sampling_rate_hz = 100}), ErrorKind::usage, "'4'");
  EXPECT_ERROR(read(text, {.time = "time"}), ErrorKind::usage, "'time'");
}

TEST_F(CsvRecording, MissingCellsAreMissingSamples) {
  const Record record =
      read("ecg,note\n0.1,start\nNaN,\n,\n-,\n0.3,\nlead off,\n0.2,end\nnull,\n", {.sampling_rate_hz = 100});
  ASSERT_EQ(record.leads.size(), 1U);
  EXPECT_THAT(record.leads[0].samples,
              ElementsAre(1, kMissingSample, kMissingSample, kMissingSample, 3, kMissingSample, 2, kMissingSample));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("'note' is text"), HasSubstr("1 cells of text")));
}

TEST_F(CsvRecording, TimesThatJumpLeaveAGap) {
  const Record record = read("t,ecg\n0.00,1\n0.01,2\n0.02,3\n0.07,4\n0.08,5\n");
  EXPECT_EQ(record.sampling_rate_hz, 100);
  EXPECT_THAT(record.leads.at(0).samples,
              ElementsAre(1, 2, 3, kMissingSample, kMissingSample, kMissingSample, kMissingSample, 4, 5));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("gaps of 4 samples")));
}

TEST_F(CsvRecording, RefusesTimesThatAreNone) {
  EXPECT_ERROR(read("t,ecg\n0.00,1\n0.01,2\n0.005,3\n"), ErrorKind::data, "r1.csv, line 4", "backwards");
  EXPECT_ERROR(read("t,ecg\n0.00,1\n,2\n0.02,3\n"), ErrorKind::data, "line 3", "no time");
  EXPECT_ERROR(read("t,ecg\n1,1\n1,2\n1,3\n"), ErrorKind::data, "stands still");
  EXPECT_ERROR(read("t,ecg\n0.0000,1\n0.0100,2\n0.0160,3\n0.0260,3\n0.0360,3\n0.0460,3\n"), ErrorKind::data, "line 4",
               "not evenly spaced");
  EXPECT_ERROR(read("t,ecg\n0.00,1\n0.01,2\n0.02,3\n99,4\n"), ErrorKind::data, "line 5", "jumps by");
  EXPECT_ERROR(read("t,ecg\n0.00,1\n"), ErrorKind::data, "one row");
  EXPECT_ERROR(read("t,ecg\n0.00,1\n0.01,2\n", {.sampling_rate_hz = 360}), ErrorKind::usage, "100 Hz", "360 Hz");
}

TEST_F(CsvRecording, RefusesWhatIsNoTable) {
  EXPECT_ERROR(read(""), ErrorKind::data, "r1.csv", "no numbers");
  EXPECT_ERROR(read("ecg\n"), ErrorKind::data, "no numbers");
  EXPECT_ERROR(read("roses are red\nviolets are blue\n"), ErrorKind::data, "no numbers");
  EXPECT_ERROR(read("a,b\n1,2\n3,4\n5\n", {.sampling_rate_hz = 1}), ErrorKind::data, "line 4", "1 columns", "2");
  EXPECT_ERROR(read("a\n1\n2\n", {.sampling_rate_hz = -5}), ErrorKind::usage, "-5");
  EXPECT_ERROR(read("t,note\n0.0,x\n0.1,y\n0.2,z\n"), ErrorKind::data, "no column of samples");
  EXPECT_ERROR(read_csv_recording(folder_ / "absent.csv"), ErrorKind::io, "absent.csv");
}

TEST_F(CsvRecording, KeepsValuesThatNoDecimalScaleHolds) {
  const Record record = read("ecg\n1e-7\n2.5\n-3e2\n", {.sampling_rate_hz = 100});
  EXPECT_NEAR(millivolts(record)[1], 2.5, 1e-6);
  EXPECT_NEAR(millivolts(record)[2], -300, 1e-4);
}

// What pandas and R write: a nameless column of row numbers.
TEST_F(CsvRecording, RowNumbersAreNoTime) {
  const std::string values = rows(100, [](int i) { return std::to_string(i) + ",0." + std::to_string(i % 7); });
  for (const char* heading : {",MLII\n", "", "sample,MLII\n"}) {
    EXPECT_ERROR(read(heading + values), ErrorKind::usage, "sampling rate must be given");
    const Record record = read(heading + values, {.sampling_rate_hz = 250});
    EXPECT_EQ(record.sampling_rate_hz, 250);
    ASSERT_EQ(record.leads.size(), 1U) << heading;
    EXPECT_EQ(record.length_samples(), 100U);
  }
  EXPECT_EQ(read("Time,MLII\n" + values).sampling_rate_hz, 1000);
  EXPECT_THAT(warnings_, testing::Contains(HasSubstr("do not say their unit; they are taken to mean 1000 Hz")));
  EXPECT_EQ(read("Time,MLII\n" + values, {.sampling_rate_hz = 250}).sampling_rate_hz, 250);
  EXPECT_EQ(read("Time,MLII\n" + values, {.time = "none", .sampling_rate_hz = 250}).leads.size(), 1U);
}

TEST_F(CsvRecording, ARateIsRoundedNoFurtherThanItsTimesAreExact) {
  const auto rate_of = [&](double rate_hz, int count) {
    return read("time (s),ecg\n" + rows(count,
                                        [&](int i) {
                                          char line[64];
                                          std::snprintf(line, sizeof line, "%.6f,%d", i / rate_hz, i % 7);
                                          return std::string(line);
                                        }))
        .sampling_rate_hz;
  };
  EXPECT_NEAR(rate_of(249.9, 20'000), 249.9, 1e-4);
  EXPECT_EQ(rate_of(360, 20'000), 360);
}

TEST_F(CsvRecording, KnowsWhenItBegins) {
  EXPECT_NEAR(read("t,ecg\n300.00,1\n300.01,2\n300.02,3\n").start_s, 300, 1e-9);
  EXPECT_NEAR(read("time_ms,ecg\n2000,1\n2004,2\n2008,3\n").start_s, 2, 1e-9);
  EXPECT_EQ(read("time,ecg\n2021-03-28 10:00:00.000,1\n2021-03-28 10:00:00.004,2\n2021-03-28 10:00:00.008,3\n").start_s,
            0);
}

TEST_F(CsvRecording, ClocksPassMidnight) {
  const Record record = read("clock,ecg\n23:59:59.98,1\n23:59:59.99,2\n00:00:00.00,3\n00:00:00.01,4\n00:00:00.02,5\n");
  EXPECT_EQ(record.sampling_rate_hz, 100);
  EXPECT_EQ(record.length_samples(), 5U);
  EXPECT_NEAR(record.start_s, 86399.98, 1e-6);
}

TEST_F(CsvRecording, TakesTimesThatAreCoarserThanTheSamples) {
  const auto text = [](int jump) {
    return "time (s),ecg\n" + rows(5000, [&](int i) {
             char line[64];
             std::snprintf(line, sizeof line, "%.2f,%d", (i + (i > 2500 ? jump : 0)) / 360.0, i % 7);
             return std::string(line);
           });
  };
  const Record record = read(text(0));
  EXPECT_NEAR(record.sampling_rate_hz, 360, 0.3) << "13.9 s to within 10 ms";
  EXPECT_EQ(record.length_samples(), 5000U);
  EXPECT_ERROR(read(text(200)), ErrorKind::data, "too coarse");
  const Record given = read(text(200), {.sampling_rate_hz = 360});
  EXPECT_EQ(given.length_samples(), 5000U);
  EXPECT_THAT(warnings_, testing::Contains(HasSubstr("left aside")));
}

TEST_F(CsvRecording, TakesDecimalCommasWithAndWithoutHeadings) {
  const auto value = [](int i) { return std::to_string(i % 3) + ",0" + std::to_string(i % 10); };
  const CsvOptions rate{.sampling_rate_hz = 250};
  for (const char* heading : {"", "EKG\n"}) {
    const Record record = read(heading + rows(30, value), rate);
    ASSERT_EQ(record.leads.size(), 1U) << heading;
    EXPECT_FLOAT_EQ(millivolts(record)[14], 2.04F);
  }
  const Record tabs = read(rows(30, [&](int i) { return value(i) + "\t" + value(i + 1); }), rate);
  ASSERT_EQ(tabs.leads.size(), 2U);
  EXPECT_FLOAT_EQ(millivolts(tabs, 1)[4], 2.05F);
  const Record whole = read(rows(30, [](int i) { return std::to_string(990 + i % 9) + ",1011"; }), rate);
  EXPECT_EQ(whole.leads.size(), 2U) << "two columns of whole numbers";
}

TEST_F(CsvRecording, TakesWhatSpreadsheetsAndDevicesWrite) {
  const auto body = [](const std::string& separator) {
    return rows(60, [&](int i) { return std::to_string(i * 4) + separator + std::to_string(i % 7); });
  };
  EXPECT_EQ(read("sep=;\ntime_ms;MLII\n" + body(";")).leads.at(0).name, "MLII");
  const Record preamble = read("Patient: N. N.\nDevice;X1;serial;5\ntime_ms;MLII\n" + body(";"));
  EXPECT_EQ(preamble.leads.at(0).name, "MLII");
  EXPECT_EQ(preamble.length_samples(), 60U);
  EXPECT_THAT(warnings_, testing::Contains(HasSubstr("before line 3 is no part")));
  EXPECT_EQ(read("time_ms;MLII\n" + body(";") + "24").length_samples(), 60U);
  EXPECT_THAT(warnings_, testing::Contains(HasSubstr("last line, 62, breaks off")));
  EXPECT_EQ(read("Zeit (ms);II\n" + body(";")).sampling_rate_hz, 250);

  const Record greek = read("time_ms,MLII (\u00B5V)\n" + body(","));
  EXPECT_FLOAT_EQ(millivolts(greek)[5], 0.005F);
  EXPECT_FLOAT_EQ(millivolts(read("time_ms,MLII (\xB5V)\n" + body(",")))[5], 0.005F) << "Latin-1";
  EXPECT_EQ(read("time_ms,ECG (Lead II)\n" + body(",")).leads.at(0).name, "ECG (Lead II)");
  EXPECT_EQ(read("time_ms,ECG [adu]\n" + body(",")).leads.at(0).units, "");

  std::string utf16 = "\xFF\xFE";
  for (const char c : "time_ms\tMLII\n" + body("\t")) (utf16 += c) += '\0';
  EXPECT_EQ(read(utf16).leads.at(0).name, "MLII");

  const auto dated = [](const char* form) {
    return "when;II\n" + rows(100, [&](int i) {
             char line[64];
             std::snprintf(line, sizeof line, form, i * 4, i % 7);
             return std::string(line);
           });
  };
  EXPECT_EQ(read(dated("2024-03-01T11:06:40.%03d+00:00;%d")).sampling_rate_hz, 250);
  EXPECT_EQ(read(dated("01.03.2024 11:06:40,%03d;%d")).sampling_rate_hz, 250);
}

// A recording written as text comes back as it was.
TEST(CsvRecordingOfMitdb, Record100ComesBack) {
  BEATBENCH_NEED_DATABASE(folder, "mitdb");
  const Record record = read_record(folder / "100", {});
  std::string text = "time (ms),MLII (mV),V5 (mV)\n";
  const auto mlii = to_millivolts(record.leads[0]), v5 = to_millivolts(record.leads[1]);
  constexpr std::size_t count = 36'000;
  for (std::size_t i = 0; i < count; ++i) {
    char line[96];
    std::snprintf(line, sizeof line, "%.1f,%.3f,%.3f\n", static_cast<double>(i) / 0.36, static_cast<double>(mlii[i]),
                  static_cast<double>(v5[i]));
    text += line;
  }
  const tests::TestFolder out;
  out.put("100.csv", text);
  const Record back = read_csv_recording(out / "100.csv");
  EXPECT_EQ(back.sampling_rate_hz, 360);
  ASSERT_EQ(back.length_samples(), count);
  EXPECT_EQ(back.leads[0].name, "MLII");
  const auto again = to_millivolts(back.leads[0]);
  for (std::size_t i = 0; i < count; ++i) ASSERT_NEAR(again[i], mlii[i], 1e-6F) << i;
}

}  // namespace
}  // namespace beatbench
