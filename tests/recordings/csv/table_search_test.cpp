// Where the table of a text is, and which of its columns are times.
#include <sys/stat.h>

#include "recordings/csv/texts.h"

namespace beatbench {
namespace {

constexpr int kMany = 2000;

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
    std::string names = "a0", line = "0.5";
    for (int i = 1; i < count; ++i) {
      names += ",a" + std::to_string(i);
      line += ",0.5";
    }
    return names + "\n" + line + "\n" + line + "\n";
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

// Twelve rows of 200 samples each; and beats of 187 samples with their class, as a known data set of windows has them.
TEST_F(CsvTables, TablesOnTheirSideAreRefused) {
  const auto table = [](int count, int width, const std::string& first) {
    std::string text;
    for (int r = 0; r < count; ++r) {
      text += first;
      for (int c = 0; c < width; ++c) text += (text.empty() || text.back() == '\n' ? "" : ",") + mv(c + r);
      text += "\n";
    }
    return text;
  };
  std::string numbers = "0";
  for (int c = 1; c < 200; ++c) numbers += "," + std::to_string(c);
  for (const std::string& text :
       {table(12, 200, ""), table(12, 200, "V1"), table(300, 188, ""), numbers + "\n" + table(12, 200, "")}) {
    EXPECT_ERROR(read(text, kAtRate), ErrorKind::data, "r1.csv, line ", "without names", "a row for each sample");
  }
  EXPECT_EQ(read(table(300, 64, ""), kAtRate).leads.size(), 64U);
}

// Most of the lines are numbers that are not understood: what is left is no recording.
TEST_F(CsvTables, IslandsAreRefused) {
  const auto hex = [](int i) { return text_of("%.0f", i % 10) + "A" + text_of("%.0f", i % 7) + "F"; };
  const std::vector<std::function<std::string(int)>> cells = {
      [](int i) { return i % 5 == 0 ? uv(i) : "1 0" + std::to_string(24 + i % 70); },
      [](int i) { return microvolts(i) < 0 ? std::to_string(-microvolts(i)) + "-" : uv(i); },
      [](int i) { return microvolts(i) < 0 ? "(" + std::to_string(-microvolts(i)) + ")" : uv(i); },
      [](int i) { return i % 7 == 0 ? "+-5"s : uv(i); }, [&](int i) { return i % 50 < 6 ? uv(i) : hex(i); }};
  for (const char* heading : {"", "II (uV)\n"}) {
    for (const auto& cell : cells) {
      SCOPED_TRACE(heading + cell(2) + cell(7));
      try {
        const Record record = read(heading + rows(cell, kMany), kAtRate);
        EXPECT_EQ(record.length_samples(), static_cast<std::size_t>(kMany)) << "or all of it";
        EXPECT_THAT(warnings_, Contains(HasSubstr("cells of text")));
      } catch (const Error& error) {
        EXPECT_THAT(error.what(), HasSubstr("r1.csv, line "));
      }
    }
  }
  // Text before a table, however long, and a table for each lead, are no such thing.
  std::string preamble, tables;
  for (int i = 0; i < 2 * kRows; ++i) preamble += "Key" + std::to_string(i) + ",a value or other of the device\n";
  for (const char* name : {"I", "II", "V5", "V6"}) {
    tables += "Time (s),"s + name + " (mV)\n" + rows([](int i) { return seconds(i) + "," + mv(i); });
  }
  expect_ecg(preamble + "time (s),II (mV)\n" + rows([](int i) { return seconds(i) + "," + mv(i); }), "II", "mV");
  expect_ecg(tables, "I", "mV");
  EXPECT_THAT(warnings_, Contains(HasSubstr("another table of 360 rows")));
}

TEST_F(CsvTables, WhatIsNoFileIsRefused) {
  ASSERT_EQ(::mkfifo((folder_ / "fifo.csv").c_str(), 0600), 0);
  std::filesystem::create_symlink("/dev/zero", folder_ / "zero.csv");
  for (const char* name : {"fifo.csv", "zero.csv"}) {
    EXPECT_ERROR(read_csv_recording(folder_ / name), ErrorKind::io, name, "not an ordinary file");
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

}  // namespace
}  // namespace beatbench
