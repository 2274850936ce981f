// Tables as devices, spreadsheets and other tools write them, each beside one without the oddity. The same ECG stands
// in all of them: what is read must be its samples in mV.
#include "recordings/csv/texts.h"

namespace beatbench {
namespace {

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

}  // namespace
}  // namespace beatbench
