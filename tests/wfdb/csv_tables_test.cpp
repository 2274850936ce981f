// Tables as devices, spreadsheets and other tools write them, each beside one without the oddity. The same ECG stands
// in all of them: what is read must be its samples in mV.
#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <functional>

#include "beatbench/wfdb/csv_recording.h"
#include "support/recordings.h"
#include "support/test_folder.h"

namespace beatbench {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::string_literals;

constexpr int kRows = 360;
constexpr double kRate_hz = 360;

// Small and large, of both signs, with a zero and a whole number of mV among them.
int microvolts(int i) {
  constexpr std::array<int, 12> wave = {-145, -1204, 0, 98, 1012, -5, 2000, -145, -620, 37, 1345, -98};
  return wave[static_cast<std::size_t>(i) % wave.size()];
}

std::string text_of(const char* form, double value) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), form, value);
  return text.data();
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

std::string seconds(int i, const std::string& mark = ".") { return replaced(text_of("%.6f", i / kRate_hz), ".", mark); }
std::string mv(int i, const std::string& mark = ".") {
  return replaced(text_of("%.3f", microvolts(i) / 1000.0), ".", mark);
}
std::string uv(int i) { return std::to_string(microvolts(i)); }

// Thousands of what is written without any mark between them.
std::string grouped(std::string digits, const std::string& mark) {
  const std::size_t first = digits.find_first_of("0123456789");
  std::size_t end = digits.find_first_not_of("0123456789", first);
  if (end == std::string::npos) end = digits.size();
  for (; end > first + 3; end -= 3) digits.insert(end - 3, mark);
  return digits;
}

std::string rows(const std::function<std::string(int)>& row, int count = kRows) {
  std::string text;
  for (int i = 0; i < count; ++i) text += row(i) + "\n";
  return text;
}

class CsvTables : public testing::Test {
 protected:
  Record read(const std::string& text, CsvOptions options = {}) {
    warnings_.clear();
    folder_.put("r1.csv", text);
    options.on_warning = [this](const std::string& line) { warnings_.push_back(line); };
    return read_csv_recording(folder_ / "r1.csv", options);
  }

  // Reads the ECG and checks it.
  void expect_ecg(const std::string& text, const std::string& name, const std::string& units, CsvOptions options = {},
                  int count = kRows) {
    SCOPED_TRACE(text.substr(0, 200));
    const Record record = read(text, options);
    EXPECT_EQ(record.sampling_rate_hz, kRate_hz);
    ASSERT_EQ(record.leads.size(), 1U);
    EXPECT_EQ(record.leads[0].name, name);
    EXPECT_EQ(record.leads[0].units, units);
    const std::vector<float> found = to_millivolts(record.leads[0]);
    ASSERT_EQ(found.size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      ASSERT_NEAR(found[static_cast<std::size_t>(i)], microvolts(i) / 1000.0, 1e-6) << "sample " << i;
    }
  }

  tests::TestFolder folder_;
  std::vector<std::string> warnings_;
};

const CsvOptions kAtRate{.sampling_rate_hz = kRate_hz};

TEST_F(CsvTables, DecimalCommasBesideAnySeparator) {
  for (const char* separator : {";", "\t", "|", " ; ", "   "}) {
    const auto body = [&](const std::string& mark) {
      return "Zeit (s)"s + separator + "II (mV)\n" +
             rows([&](int i) { return seconds(i, mark) + separator + mv(i, mark); });
    };
    const bool words = std::string(separator) == "   ";
    for (const char* mark : {",", "."}) {
      expect_ecg(words ? replaced(body(mark), " (", "(") : body(mark), "II", "mV");
      EXPECT_THAT(warnings_, IsEmpty()) << separator << mark;
    }
  }
  const auto quoted = [](const std::string& mark) {
    return "\"Zeit (s)\",\"II (mV)\"\n" +
           rows([&](int i) { return "\"" + seconds(i, mark) + "\",\"" + mv(i, mark) + "\""; });
  };
  expect_ecg(quoted(","), "II", "mV");
  expect_ecg(quoted("."), "II", "mV");
  EXPECT_THAT(warnings_, IsEmpty());
  expect_ecg("t (s),II (mV)\n" + rows([](int i) { return seconds(i) + ",\"" + mv(i, ",") + "\""; }), "II", "mV");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("both '.' and ','")));
}

TEST_F(CsvTables, EncodingsAndLineEnds) {
  const std::string text =
      "Zeit (s);II (\u00B5V)\r\n" + replaced(rows([](int i) { return seconds(i, ",") + ";" + uv(i); }), "\n", "\r\n");
  expect_ecg(text, "II", "\u00B5V");
  expect_ecg("\xEF\xBB\xBF" + text, "II", "\u00B5V");
  expect_ecg(replaced(text, "\r\n", "\n"), "II", "\u00B5V");
  expect_ecg(replaced(text, "\r\n", "\r"), "II", "\u00B5V");
  expect_ecg(replaced(text, "\u00B5", "\xB5"), "II", "\u00B5V");
  std::string little = "\xFF\xFE", big = "\xFE\xFF";
  for (const char c : replaced(text, "\u00B5", "\xB5")) {
    little += {c, '\0'};
    big += {'\0', c};
  }
  expect_ecg(little, "II", "\u00B5V");
  expect_ecg(big, "II", "\u00B5V");
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(CsvTables, SignsAreKept) {
  const std::string text = "t (s),II (mV)\n" + rows([](int i) { return seconds(i) + "," + mv(i); });
  expect_ecg(text, "II", "mV");
  expect_ecg(replaced(text, "-", "\u2212"), "II", "mV");
  expect_ecg("t (s),II (mV)\n" + rows([](int i) { return seconds(i) + ",\"" + mv(i) + "\""; }), "II", "mV");
  expect_ecg("II (mV)\n" + replaced(rows([](int i) { return mv(i, ","); }), "-", "\u2212"), "II", "mV", kAtRate);
}

TEST_F(CsvTables, MarksOfThousands) {
  const auto text = [](const std::string& separator, const std::string& quote, const std::string& decimal,
                       const std::string& group) {
    return "t (s)" + separator + "II (uV)\n" + rows([&](int i) {
             return seconds(i, decimal) + separator + quote + grouped(uv(i) + decimal + "0", group) + quote;
           });
  };
  expect_ecg(text(";", "", ",", ""), "II", "uV");
  expect_ecg(text(";", "", ",", "."), "II", "uV");
  expect_ecg(text(";", "", ",", "\u202F"), "II", "uV");
  expect_ecg(text(";", "", ",", "\u00A0"), "II", "uV");
  expect_ecg(text(";", "", ",", " "), "II", "uV");
  expect_ecg(text(";", "", ".", "'"), "II", "uV");
  expect_ecg(text(";", "", ".", ","), "II", "uV");
  expect_ecg(text(",", "\"", ".", ","), "II", "uV");
  EXPECT_THAT(warnings_, IsEmpty());
  // Whole numbers, "1,012" beside "98": as decimals they would jump a thousandfold.
  const auto whole = [](const std::string& mark) { return rows([&](int i) { return grouped(uv(i), mark); }); };
  expect_ecg("II (uV)\n" + whole(""), "II", "uV", kAtRate);
  EXPECT_THAT(warnings_, IsEmpty());
  for (const char* mark : {",", "."}) {
    expect_ecg("II (uV)\n" + whole(mark), "II", "uV", kAtRate);
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("mark between thousands"))) << mark;
  }
}

TEST_F(CsvTables, DecimalCommasInASingleColumn) {
  const std::string body = rows([](int i) { return mv(i, ","); });
  expect_ecg("II (mV)\n" + replaced(body, ",", "."), "II", "mV", kAtRate);
  expect_ecg(body, "column 1", "", kAtRate);
  expect_ecg("II (mV)\n" + body, "II", "mV", kAtRate);
  expect_ecg("EKG, mV\n" + body, "EKG", "mV", kAtRate);
  expect_ecg("II\n" + replaced(body, "\n", "\"\n\"").insert(0, "\"").append("\""), "II", "", kAtRate);
  EXPECT_THAT(warnings_, IsEmpty());
  // A zero without its decimals, and digits as many as each number needs.
  expect_ecg(replaced(body, "0,000\n", "0\n"), "column 1", "", kAtRate);
  expect_ecg(rows([](int i) { return replaced(text_of("%g", microvolts(i) / 1000.0), ".", ","); }), "column 1", "",
             kAtRate);
}

TEST_F(CsvTables, CommasThatTellNothingAreNotGuessed) {
  EXPECT_ERROR(read(rows([](int i) { return "1," + std::to_string(234 + i % 9); }), kAtRate), ErrorKind::data, "line 1",
               "decimal commas");
  EXPECT_EQ(read("a,b\n" + rows([](int i) { return "1," + std::to_string(234 + i % 9); }), kAtRate).leads.size(), 2U);
  EXPECT_THAT(warnings_, Not(Contains(HasSubstr("decimal"))));
  EXPECT_EQ(read("II\n" + rows([](int i) { return "1," + std::to_string(234 + i % 9); }), kAtRate).leads.size(), 1U);
  EXPECT_THAT(warnings_, Contains(HasSubstr("'1,234' are taken to be written with a decimal sign")));
  EXPECT_EQ(read(rows([](int i) { return std::to_string(990 + i % 30) + ",1011"; }), kAtRate).leads.size(), 2U);
  EXPECT_THAT(warnings_, Contains(HasSubstr("two columns of whole numbers")));
  EXPECT_EQ(
      read(rows([](int i) { return std::to_string(i * 4) + "," + std::to_string(512 + i % 9); })).sampling_rate_hz,
      250);
  EXPECT_ERROR(read("x;y\n" + rows([](int) { return "1,234;1.234"s; }), kAtRate), ErrorKind::data,
               "'1.234' and '1,234'");
  EXPECT_ERROR(read("x;y\n" + rows([](int) { return "0,5;1,234,567"s; }), kAtRate), ErrorKind::data, "','",
               "between thousands");
  EXPECT_ERROR(read("I,II\n" + rows([](int) { return "-0,145"s; }), kAtRate), ErrorKind::data, "line 2",
               "decimal signs");
}

// A writer with decimal commas that puts commas between columns too.
TEST_F(CsvTables, CommasForBothAreRefused) {
  const auto text = [](const std::string& mark) {
    return rows([&](int i) { return seconds(i, mark) + "," + mv(i, mark); });
  };
  const std::string heading = "Time (s),II (mV)\n";
  expect_ecg(heading + text("."), "II", "mV");
  EXPECT_ERROR(read(heading + text(",")), ErrorKind::data, "line 2", "separators and decimal signs");
  EXPECT_ERROR(read(text(",")), ErrorKind::data, "line 1", "separators and decimal signs");
  const auto clock = [](const char* form) {
    return rows([&](int i) { return text_of(form, 10 + i / kRate_hz) + "," + mv(i); });
  };
  expect_ecg("Time,II (mV)\n" + clock("0:%.6f"), "II", "mV");
  EXPECT_ERROR(read("Time,II (mV)\n" + replaced(clock("0:%.3f"), ".", ",")), ErrorKind::data, "commas");
}

TEST_F(CsvTables, RatesThatAreStated) {
  const std::string body = "II (mV)\n" + rows([](int i) { return mv(i); });
  EXPECT_ERROR(read("Device: X\n" + body), ErrorKind::usage, "sampling rate must be given");
  const std::vector<std::pair<const char*, double>> statements = {
      {"Sample Rate: 250 Hz\n", 250},
      {"Sample Rate,512 hertz\n", 512},
      {"Abtastrate,\"511,562 Hertz\"\n", 511.562},
      {"Fr\u00E9quence d\u2019\u00E9chantillonnage,\"511,562 hertz\"\n", 511.562},
      {"Fr\u00E9quence d'\u00E9chantillonnage : 500 Hz\n", 500},
      {"Frecuencia de muestreo: 300 Hz\n", 300},
      {"Frequenza di campionamento;200;Hz\n", 200},
      {"Sampling frequency,360\n", 360},
      {"sampling_rate = 1000\n", 1000},
      {"fs=500\n", 500},
      {"# Fs (Hz): 128\n", 128},
      {"%Sample Rate = 250 Hz\n", 250},
      {"Sampling Rate,\"1,000 Hz\"\n", 1000},
      {"Sampling rate: 0.5 kHz\n", 500},
      {"Samples: 360\nFilter: 0.5-40 Hz\nSamples/s: 360\n", 360},
      {"Abtastintervall: 4 ms\n", 250},
      {"Sampling interval (ms): 2.5\n", 400},
      {"sampled with 12 bits at 250 Hz\n", 250},
      {"360 Hz\n", 360},
      {"Interval=\t0.004 s\nChannelTitle=\tII\n", 250},
      {"2 msec/sample\n1 channels\n", 500},
      {"# {\"00:07\": {\"sensor\": [\"ECG\"], \"sampling rate\": 1000, \"resolution\": [10]}}\n", 1000}};
  for (const auto& [statement, rate] : statements) {
    const Record record = read(statement + body);
    EXPECT_EQ(record.sampling_rate_hz, rate) << statement;
    EXPECT_EQ(record.leads.at(0).name, "II") << statement;
    EXPECT_EQ(record.length_samples(), static_cast<std::size_t>(kRows)) << statement;
  }
  for (const char* other : {"Heart rate: 72\n", "Filter: 0.5-40 Hz\n", "Resampled from 500 Hz\n", "Samples: 360\n",
                            "Rate;72\n", "Sample rate: unknown\n"}) {
    EXPECT_ERROR(read(other + body), ErrorKind::usage, "sampling rate must be given");
  }
  EXPECT_EQ(read("Sample Rate: 250 Hz\n" + body, {.sampling_rate_hz = 500}).sampling_rate_hz, 500);
  EXPECT_THAT(warnings_, Contains(HasSubstr("it says 250 Hz (line 1); 500 Hz, as given, is taken")));
  EXPECT_EQ(read(body + "\nSampling rate: 250 Hz\n").sampling_rate_hz, 250) << "below the table";
}

TEST_F(CsvTables, RatesThatContradictEachOther) {
  const std::string body = "Time (s),II (mV)\n" + rows([](int i) { return seconds(i) + "," + mv(i); });
  expect_ecg("Sample Rate: 360 Hz\n" + body, "II", "mV");
  EXPECT_ERROR(read("Sample Rate: 500 Hz\n" + body), ErrorKind::usage, "line 1 says 500 Hz", "360 Hz");
  EXPECT_EQ(read("Sample Rate: 500 Hz\n" + body, kAtRate).sampling_rate_hz, 360);
  EXPECT_THAT(warnings_, Contains(HasSubstr("500 Hz (line 1)")));
  EXPECT_EQ(read("Sample Rate: 500 Hz\n" + body, {.time = "none", .sampling_rate_hz = 500}).sampling_rate_hz, 500);
  EXPECT_ERROR(read("Sample Rate: 500 Hz\nSample Rate: 250 Hz\nII\n" + rows([](int i) { return mv(i); })),
               ErrorKind::usage, "500 Hz (line 1)", "250 Hz (line 2)");
  const auto two = [](double other) {
    return "time (s);timestamp [ms];II (mV)\n" +
           rows([&](int i) { return seconds(i) + ";" + text_of("%.3f", i * 1000 / other) + ";" + mv(i); });
  };
  expect_ecg(two(360), "II", "mV");
  EXPECT_THAT(warnings_, IsEmpty());
  expect_ecg(two(250), "II", "mV");
  EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr("360 Hz"), HasSubstr("250 Hz"))));
}

TEST_F(CsvTables, UnitsOfHeadings) {
  const auto read_heading = [&](const std::string& heading) {
    const Record record = read("time (s)," + heading + "\n" + rows([](int i) { return seconds(i) + "," + uv(i); }));
    return record.leads.at(0).name + "|" + record.leads.at(0).units;
  };
  EXPECT_EQ(read_heading("II"), "II|");
  EXPECT_EQ(read_heading("ECG (mV)"), "ECG|mV");
  EXPECT_EQ(read_heading("ecg [uV]"), "ecg|uV");
  EXPECT_EQ(read_heading("I/uV"), "I|uV");
  EXPECT_EQ(read_heading("U/V"), "U|V");
  EXPECT_EQ(read_heading("ECG_mV"), "ECG|mV");
  EXPECT_EQ(read_heading("EKG in mV"), "EKG|mV");
  EXPECT_EQ(read_heading("MLII..mV."), "MLII|mV") << "what R makes of a bracket";
  EXPECT_EQ(read_heading("\"ECG (filtered, 0.5-40 Hz) [mV]\""), "ECG (filtered, 0.5-40 Hz)|mV");
  EXPECT_EQ(read_heading("ECG [mV] (Lead II)"), "ECG (Lead II)|mV");
  EXPECT_EQ(read_heading("mV"), "mV|mV");
  EXPECT_EQ(read_heading("V"), "V|") << "the lead";
  EXPECT_EQ(read_heading("ECG [adu]"), "ECG|") << "no unit: what an ADC gave";
  EXPECT_EQ(read_heading("HR [bpm]"), "HR|bpm");
  EXPECT_EQ(read_heading("\"I \"\"raw\"\" (mV)\""), "I \"raw\"|mV");
  EXPECT_EQ(read_heading("\"ECG\n(mV)\""), "ECG|mV") << "as spreadsheets break headings";
  const std::string text = "time (s),ecg [uV]\n" + rows([](int i) { return seconds(i) + "," + uv(i); });
  expect_ecg(text, "ecg", "uV", {.signals = {"ecg [uV]"}});
  expect_ecg(text, "ecg", "uV", {.signals = {"ecg"}});
  expect_ecg(text, "ecg", "uV", {.signals = {"2"}, .time = "time (s)"});
}

TEST_F(CsvTables, UnitsOfALineOrOfAPreamble) {
  const std::string body = rows([](int i) { return seconds(i) + "," + uv(i); });
  expect_ecg("time,II\nseconds,uV\n" + body, "II", "uV");
  expect_ecg("'Elapsed time','II'\n'sec','uV'\n" + body, "II", "uV");
  expect_ecg("time,II\n(s),(\u00B5V)\n" + body, "II", "\u00B5V");
  expect_ecg(
      "'Elapsed time','II'\n'hh:mm:ss.mmm','uV'\n" + rows([](int i) { return "'0:" + seconds(i) + "'," + uv(i); }),
      "II", "uV");
  expect_ecg(
      "'Time and date','II'\n'[hh:mm:ss.mmm dd/mm/yyyy]','uV'\n" +
          rows([](int i) { return "'[23:59:" + text_of("%09.6f", 59.5 + i / kRate_hz) + " 01/01/2000]'," + uv(i); },
               180),
      "II", "uV", {}, 180);
  EXPECT_THAT(warnings_, IsEmpty());
  expect_ecg("Unit,\u00B5V\n\ntime (s),II\n" + body, "II", "\u00B5V");
  expect_ecg("Units: s, uV\ntime,II\n" + body, "II", "uV");
  expect_ecg("# Einheit: uV\ntime (s),II\n" + body, "II", "uV");
  expect_ecg("Unit,mV\ntime (s),II (uV)\n" + body, "II", "uV");
  EXPECT_EQ(read("Unit,mV\nUnit,V\ntime (s),II\n" + body).leads.at(0).units, "");
  EXPECT_THAT(warnings_, Contains(AllOf(HasSubstr("'mV'"), HasSubstr("'V'"))));
  EXPECT_EQ(read("Device,X\nsite,2\ntime (s),II\n" + body).leads.at(0).units, "");
}

TEST_F(CsvTables, HeadingsOfTimes) {
  const auto expect_time = [&](const std::string& heading, double start, double per_second, const char* form) {
    expect_ecg(heading + ";II (uV)\n" +
                   rows([&](int i) { return text_of(form, start + i / kRate_hz * per_second) + ";" + uv(i); }),
               "II", "uV");
  };
  expect_time("timestamp [ns]", 599'630'059'061'536'896, 1e9, "%.0f");
  expect_time("timestamp [ns]", 0, 1e9, "%.0f");
  expect_time("time_us", 0, 1e6, "%.0f");
  expect_time("t(ms)", 0, 1e3, "%.3f");
  expect_time("t/ms", 0, 1e3, "%.3f");
  expect_time("Zeit in ms", 0, 1e3, "%.3f");
  expect_time("micros", 17, 1e6, "%.0f");
  expect_time("Time (min)", 0, 1 / 60.0, "%.9f");
  expect_time("Sekunden", 0, 1, "%.6f");
  expect_time("unixtime (s)", 1'711'474'249, 1, "%.6f");
  EXPECT_THAT(warnings_, IsEmpty());
  expect_time("timestamp", 1.711474249123e18, 1e9, "%.0f");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("do not say their unit")));
  expect_ecg("3/26/2024 11:59:59.5 PM;-0.145\n" +
                 rows(
                     [](int i) {
                       const double at = 59.5 + (i + 1) / kRate_hz;
                       return (at < 60 ? "3/26/2024 11:59:" + text_of("%09.6f", at) + " PM;"
                                       : "3/27/2024 12:00:" + text_of("%09.6f", at - 60) + " AM;") +
                              mv(i + 1);
                     },
                     kRows - 1),
             "column 2", "");
}

// PhysioNet's rdsamp, R, pandas, NumPy.
TEST_F(CsvTables, ColumnsThatCountAreNoLeads) {
  const std::string plain = "time (s),II (mV)\n" + rows([](int i) { return seconds(i) + "," + mv(i); });
  expect_ecg(plain, "II", "mV");
  const auto counted = [](const std::string& heading, int first) {
    return heading + "\n" + rows([&](int i) { return std::to_string(i + first) + "," + seconds(i) + "," + mv(i); });
  };
  for (const char* name : {"sample index", "sample #", "Index", "#", "nr", "", "k"}) {
    expect_ecg(counted(name + ",time (s),II (mV)"s, 0), "II", "mV");
  }
  expect_ecg(counted("\"time (s)\",\"II (mV)\"", 1), "II", "mV");  // R names no column of row names
  const auto pandas = [](const std::string& heading, bool numbered) {
    return heading + "\n" +
           rows([&](int i) { return (numbered ? std::to_string(i) + "," : "") + mv(i) + "," + mv(i); });
  };
  for (const auto& [heading, numbered] : {std::pair{",0,1", true}, std::pair{"0,1", false}}) {
    const Record record = read(pandas(heading, numbered), kAtRate);
    ASSERT_EQ(record.leads.size(), 2U) << heading;
    EXPECT_EQ(record.leads[0].name, "0");
    EXPECT_EQ(record.length_samples(), static_cast<std::size_t>(kRows));
    EXPECT_FLOAT_EQ(to_millivolts(record.leads[1])[4], 1.012F);
  }
  const Record twelve = read("1,2,3,4\n" + rows([](int i) { return uv(i) + ",0,0," + uv(i); }), kAtRate);
  EXPECT_EQ(twelve.leads.at(3).name, "4");
  EXPECT_EQ(twelve.leads.at(3).samples.at(0), -145);
  expect_ecg("# time (s),II (mV)\n" + rows([](int i) { return text_of("%.18e", i / kRate_hz) + "," + mv(i); }), "II",
             "mV");
  expect_ecg("   Elapsed time\t     II\n   (seconds)\t   (mV)\n" +
                 rows([](int i) { return "      " + seconds(i) + "\t " + mv(i); }),
             "II", "mV");
  expect_ecg("   Elapsed time       II\n      (seconds)     (mV)\n" +
                 rows([](int i) { return "      " + seconds(i) + "   " + mv(i); }),
             "II", "mV");
  const std::string jumps = "sample,II\n0,0.1\n1,0.2\n4,0.3\n5,0.4\n";
  EXPECT_EQ(read(jumps, kAtRate).length_samples(), 4U);
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("'sample' jumps at line 4")));
}

TEST_F(CsvTables, TheUsableClockGivesTheRate) {
  const auto text = [](const std::string& heading, const std::function<std::string(int)>& clock) {
    return heading + ";time (ms);II (mV)\n" +
           rows([&](int i) { return clock(i) + ";" + text_of("%.6f", i / 0.36) + ";" + mv(i); });
  };
  const auto packets = [](int i) {
    return "2024-03-26T17:30:" + text_of("%06.3f", 49.123 + i / 73 * 73 / 359.0 + i / 73 % 3 * 0.05);
  };
  const auto whole_seconds = [](int i) { return "17:30:" + text_of("%02.0f", std::floor(i / kRate_hz)); };
  expect_ecg(text("timestamp", [](int i) { return "17:30:" + text_of("%09.6f", i / kRate_hz); }), "II", "mV");
  expect_ecg(text("Phone timestamp", packets), "II", "mV");
  expect_ecg(text("clock", whole_seconds), "II", "mV");
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_ERROR(read("Phone timestamp;II (mV)\n" + rows([&](int i) { return packets(i) + ";" + mv(i); })),
               ErrorKind::data, "'Phone timestamp'", "too coarse");
  EXPECT_EQ(read("Phone timestamp;II (mV)\n" + rows([&](int i) { return packets(i) + ";" + mv(i); }), kAtRate)
                .length_samples(),
            static_cast<std::size_t>(kRows));
  EXPECT_THAT(warnings_, Contains(HasSubstr("left aside")));
  // Whole seconds alone tell it too, where there are enough of them.
  expect_ecg("clock;II (mV)\n" + rows([&](int i) { return whole_seconds(i) + ";" + mv(i); }, 10 * kRows), "II", "mV",
             {}, 10 * kRows);
}

TEST_F(CsvTables, WhatStandsAroundTheTable) {
  const std::string heading = "time (s),II (mV)\n", body = rows([](int i) { return seconds(i) + "," + mv(i); });
  expect_ecg(heading + body, "II", "mV");
  expect_ecg("sep=,\n" + heading + body, "II", "mV");
  expect_ecg("# made\n% by\n// hand\n\n" + heading + "\n" + body + "\n# end\n\n", "II", "mV");
  expect_ecg(heading + replaced(body, "\n0.2", "\n# event\n\n0.2"), "II", "mV");
  expect_ecg(heading + body + ",\n,\n,,,\n", "II", "mV");
  EXPECT_THAT(warnings_, IsEmpty());
  std::string names, numbers;
  for (int i = 0; i < 30; ++i) {
    names += "Key" + std::to_string(i) + ",value\n";
    numbers += "Key" + std::to_string(i) + "," + std::to_string(i) + "\n";
  }
  expect_ecg(names + heading + body, "II", "mV");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("before line 31")));
  expect_ecg(numbers + heading + body, "II", "mV");
  expect_ecg(numbers + body, "column 2", "");
  EXPECT_THAT(warnings_, Contains(HasSubstr("before line 31")));
  expect_ecg(names + "\nx,y (mV)\n" + body, "y", "mV");
  expect_ecg("Patient: N. N.\nNote,\"two\nlines\"\n5000\n" + heading + body, "II", "mV");
  expect_ecg(heading + body + "End of file\n", "II", "mV");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("from line 362 on")));
  expect_ecg(heading + body + "Mean,-0.1\nMaximum,2.0\n", "II", "mV");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("from line 362 on")));
  expect_ecg(heading + replaced(body, "\n", ",\n"), "II", "mV");
  expect_ecg(replaced(heading + body, "\n", ",\n"), "II", "mV");
  expect_ecg(heading + replaced(body, "-1.204\n", "-1.204,\n"), "II", "mV");
  EXPECT_THAT(warnings_, IsEmpty());
  expect_ecg(heading + replaced(body, "-0.620\n", "-0.620,#* moved\n"), "II", "mV");
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("behind the columns, first in line 10")));
}

TEST_F(CsvTables, OfTwoTablesTheLongest) {
  const auto table = [](const std::string& heading, int count) {
    return heading + "\n" + rows([](int i) { return seconds(i) + "," + mv(i); }, count);
  };
  const std::string beats =
      "beat,rr (ms)\n" + rows([](int i) { return std::to_string(i) + "," + std::to_string(800 + i); }, 50);
  for (const std::string& other : {beats, table("time (s),V5 (mV)", 50)}) {
    for (const char* between : {"", "\n", "\nmore of it\n"}) {
      expect_ecg(table("time (s),II (mV)", kRows) + between + other, "II", "mV");
      EXPECT_THAT(warnings_, Contains(HasSubstr("another table of 50 rows")));
      expect_ecg(other + between + table("time (s),II (mV)", kRows), "II", "mV");
      EXPECT_THAT(warnings_, Contains(HasSubstr("another table of 50 rows, from line 2")));
    }
  }
  expect_ecg("V5 (mV)\n" + rows([](int) { return "0.5"s; }, 50) + "II (mV)\n" + rows([](int i) { return mv(i); }), "II",
             "mV", kAtRate);
}

TEST_F(CsvTables, RowsOfOtherLengthsAreRefused) {
  const std::string heading = "time (s),II (mV)\n";
  const auto with_line = [&](int at, const std::string& line) {
    return heading + rows([&](int i) { return i == at ? line : seconds(i) + "," + mv(i); });
  };
  expect_ecg(heading + rows([](int i) { return seconds(i) + "," + mv(i); }), "II", "mV");
  for (const int at : {2, 100, 350}) {
    const std::string line = "line " + std::to_string(at + 2);
    EXPECT_ERROR(read(with_line(at, "0.5")), ErrorKind::data, line, "1 columns"s, "2"s);
    EXPECT_ERROR(read(with_line(at, "0.5,0.1,7")), ErrorKind::data, line, "3 columns"s, "2"s);
  }
  EXPECT_ERROR(read("time (s),II (mV),V5\n" + rows([](int i) { return seconds(i) + "," + mv(i); })), ErrorKind::data,
               "2 columns", "3");
}

TEST_F(CsvTables, MissingCells) {
  const auto text = [](const std::string& cell) {
    return "time (s),II (mV)\n" + rows([&](int i) { return seconds(i) + "," + (i % 9 == 4 ? cell : mv(i)); });
  };
  for (const char* cell : {"", "NaN", "nan", "NA", "-", "null", "\"\"", "#N/A", "lead off"}) {
    const Record record = read(text(cell));
    ASSERT_EQ(record.leads.size(), 1U) << cell;
    const std::vector<float> found = to_millivolts(record.leads[0]);
    ASSERT_EQ(found.size(), static_cast<std::size_t>(kRows));
    EXPECT_TRUE(std::isnan(found[4])) << cell;
    EXPECT_FLOAT_EQ(found[3], 0.098F) << cell;
    EXPECT_EQ(std::ranges::count_if(found, [](float v) { return std::isnan(v); }), 40) << cell;
  }
  // An AD8232's "!" while a lead is off.
  const Record record = read("ECG\n" + rows([](int i) { return i >= 50 && i < 80 ? "!"s : uv(i); }), kAtRate);
  EXPECT_EQ(record.length_samples(), static_cast<std::size_t>(kRows));
  EXPECT_THAT(warnings_, Contains(HasSubstr("30 cells of text")));
  // Labels beside the samples, of letters and of digits.
  const auto labelled = [](const std::function<std::string(int)>& label) {
    return "time (s),II (mV),beat\n" + rows([&](int i) { return seconds(i) + "," + mv(i) + "," + label(i); });
  };
  expect_ecg(labelled([](int i) { return i % 9 == 0 ? "1"s : "N"s; }), "II", "mV");
  expect_ecg(labelled([](int i) { return i == 5 || i == kRows - 1 ? "start"s : ""s; }), "II", "mV");
}

TEST_F(CsvTables, LimitsAreToldBeforeAnythingIsDecoded) {
  const std::string body = "time (s),II (mV)\n" + rows([](int i) { return seconds(i) + "," + mv(i); });
  EXPECT_ERROR(read(body + "0.9,"s + '\0' + "\n"), ErrorKind::data, "r1.csv, line 362", "NUL");
  EXPECT_ERROR(read(std::string(1 << 20, '1') + "1\n" + body), ErrorKind::data, "r1.csv, line 1", "1 MiB");
  const auto wide = [](int count) {
    std::string line = "0.5";
    for (int i = 1; i < count; ++i) line += ",0.5";
    return line + "\n" + line + "\n";
  };
  EXPECT_EQ(read(wide(4096), kAtRate).leads.size(), 4096U);
  EXPECT_ERROR(read(wide(4097), kAtRate), ErrorKind::data, "r1.csv, line 1", "more than 4096 columns");
  folder_.put("large.csv", body);
  std::error_code failed;
  std::filesystem::resize_file(folder_ / "large.csv", std::uintmax_t{1} << 43, failed);
  if (!failed) {
    EXPECT_ERROR(read_csv_recording(folder_ / "large.csv"), ErrorKind::data, "large.csv", "MiB", "memory");
  }
}

// What would take minutes if any search began anew at each cell.
TEST_F(CsvTables, HostileLinesTakeNoLonger) {
  constexpr int cells = 100'000;
  for (const char* cell :
       {"\"a,", "'a,", "\"\"a\"\",", "))))),", "(((((,", "1 ", "1 ; ,\t|", "\",\"", "'a' b,", "0:0:"}) {
    std::string line;
    for (int i = 0; i < cells && line.size() < 1'000'000; ++i) line += cell;
    for (const char* table : {"", "\n1,2\n3,4\n"}) {
      try {
        read(line + table + line + "\n", kAtRate);
      } catch (const Error&) {
      }
    }
  }
  std::string lines;
  for (int i = 0; i < cells; ++i) lines += "\"\n'a\n1\n;\n";
  try {
    read(lines, kAtRate);
  } catch (const Error&) {
  }
}

// Files from the field: what is right for each stands in the README of the cases.
class CsvFromTheField : public testing::Test {
 protected:
  Record read(const std::filesystem::path& path, CsvOptions options = {}) {
    options.on_warning = [this](const std::string& line) { warnings_.push_back(line); };
    return read_csv_recording(path, options);
  }

  static void expect_lead(const Record& record, const std::string& name, const std::string& units, double rate_hz,
                          std::size_t length, const std::array<float, 5>& first_mv, std::size_t lead = 0) {
    SCOPED_TRACE(record.id);
    EXPECT_NEAR(record.sampling_rate_hz, rate_hz, 1e-9);
    ASSERT_GT(record.leads.size(), lead);
    EXPECT_EQ(record.leads[lead].name, name);
    EXPECT_EQ(record.leads[lead].units, units);
    ASSERT_EQ(record.leads[lead].samples.size(), length);
    const std::vector<float> found = to_millivolts(record.leads[lead]);
    for (std::size_t i = 0; i < first_mv.size(); ++i) EXPECT_NEAR(found[i], first_mv[i], 1e-6) << i;
  }

  std::vector<std::string> warnings_;
};

TEST_F(CsvFromTheField, AppleWatch) {
  BEATBENCH_NEED_CASES(field, "field");
  const Record us = read(field / "csv-apple-watch/apple_us.csv"), de = read(field / "csv-apple-watch/apple_de.csv");
  expect_lead(us, "I", "\u00B5V", 512, 5120, {-0.145F, -0.145F, -0.145F, -0.145F, -0.145F});
  expect_lead(de, "I", "\u00B5V", 511.562, 5120, {-0.145F, -0.145F, -0.145F, -0.145F, -0.145F});
  EXPECT_EQ(us.leads[0].samples, de.leads[0].samples);
  EXPECT_NEAR(to_millivolts(de.leads[0])[10], -0.144219, 1e-6);
}

TEST_F(CsvFromTheField, DecimalCommas) {
  BEATBENCH_NEED_CASES(field, "field");
  constexpr std::array<float, 5> first = {-0.145F, -0.145F, -0.145F, -0.145F, -0.145F};
  const Record one = read(field / "csv-decimal-comma-column/mv3.csv", {.sampling_rate_hz = 360});
  const Record quoted = read(field / "csv-decimal-comma-column/quoted.csv");
  expect_lead(one, "column 1", "", 360, 1800, first);
  expect_lead(quoted, "MLII", "mV", 360, 1800, first);
  EXPECT_EQ(one.leads[0].samples, quoted.leads[0].samples);
  EXPECT_NEAR(to_millivolts(one.leads[0])[8], -0.120, 1e-6);
  EXPECT_EQ(one.leads.size() + quoted.leads.size(), 2U);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(CsvFromTheField, Preamble) {
  BEATBENCH_NEED_CASES(field, "field");
  const Record record = read(field / "csv-preamble/thirty_lines.csv");
  expect_lead(record, "MLII", "mV", 360, 1469, {-0.145F, -0.145F, -0.145F, -0.145F, -0.145F});
  EXPECT_EQ(record.leads.size(), 1U);
}

TEST_F(CsvFromTheField, PolarSensorLogger) {
  BEATBENCH_NEED_CASES(field, "field");
  const auto path = field / "csv-polar-sensor-logger/polar_packet.txt";
  const Record record = read(path), by_heading = read(path, {.signals = {"ecg [uV]"}});
  expect_lead(record, "ecg", "uV", 130, 1950, {-0.145F, -0.145F, -0.145F, -0.125F, -0.151F});
  EXPECT_EQ(record.leads.size(), 1U);
  EXPECT_EQ(by_heading.leads, record.leads);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(CsvFromTheField, TwelveLeads) {
  BEATBENCH_NEED_CASES(field, "field");
  const auto folder = field / "csv-12-lead-uv-no-unit";
  const Record stated = read(folder / "uv_stated.csv", {.sampling_rate_hz = 100});
  const Record bare = read(folder / "uv_no_unit.csv", {.sampling_rate_hz = 100});
  expect_lead(stated, "I", "uV", 100, 1000, {-0.09F, -0.09F, -0.09F, -0.094F, -0.095F});
  expect_lead(stated, "V6", "uV", 100, 1000, {-0.005F, -0.005F, -0.005F, -0.005F, -0.005F}, 11);
  ASSERT_EQ(stated.leads.size(), 12U);
  ASSERT_EQ(bare.leads.size(), 12U);
  for (std::size_t i = 0; i < 12; ++i) {
    EXPECT_EQ(bare.leads[i].name, stated.leads[i].name);
    EXPECT_EQ(bare.leads[i].samples, stated.leads[i].samples);
    EXPECT_EQ(bare.leads[i].units, "") << "not invented";
  }
  EXPECT_THAT(warnings_, Contains(HasSubstr("no unit")));
}

}  // namespace
}  // namespace beatbench
