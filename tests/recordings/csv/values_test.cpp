// What the cells of a table become: values that are kept as they are, and those that are no samples.
#include "recordings/csv/texts.h"

namespace beatbench {
namespace {

// All samples but those of some rows, which are missing.
void expect_but(const Record& record, const std::vector<int>& missing, double millivolts_per_uv = 1e-3) {
  ASSERT_EQ(record.leads.size(), 1U);
  const std::vector<float> found = to_millivolts(record.leads[0]);
  ASSERT_EQ(found.size(), static_cast<std::size_t>(kRows));
  for (int i = 0; i < kRows; ++i) {
    const float value = found[static_cast<std::size_t>(i)];
    if (std::ranges::find(missing, i) != missing.end())
      EXPECT_TRUE(std::isnan(value)) << i;
    else
      ASSERT_NEAR(value, microvolts(i) * millivolts_per_uv, 1e-6) << i;
  }
}

TEST_F(CsvTables, ValuesBeyondAllOthersAreMissing) {
  const auto text = [](const std::string& unit, const char* form, double per_uv, const std::string& cell) {
    return "II (" + unit + ")\n" +
           rows([&](int i) { return i % 100 == 7 ? cell : text_of(form, microvolts(i) * per_uv); });
  };
  for (const char* cell : {"99999999999", "1e300", "-1e300", "4294967295.000", "99999999999.999"}) {
    expect_but(read(text("mV", "%.3f", 1e-3, cell), kAtRate), {7, 107, 207, 307});
    EXPECT_THAT(warnings_, ElementsAre(AllOf(HasSubstr("4 values"), HasSubstr("in line 9"), HasSubstr("missing"))));
  }
  for (const char* cell : {"99999", "9999999", "-32768000"}) {
    expect_but(read(text("V", "%.6f", 1e-6, cell), kAtRate), {7, 107, 207, 307});
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("4 values")));
    expect_but(read(text("mV", "%.17g", 1e-3, "1e300"), kAtRate), {7, 107, 207, 307});
    EXPECT_THAT(warnings_, ElementsAre(HasSubstr("4 values")));
    expect_but(read(text("mV", "%.9e", 1e-3, "1e300"), kAtRate), {7, 107, 207, 307});
  }
  EXPECT_EQ(read(text("mV", "%.3f", 1e-3, "1e300"), kAtRate).leads[0].gain, 1000);
}

TEST_F(CsvTables, AThirdOfTheCellsBeyondAllOthers) {
  const Record record = read("II (mV)\n" + rows([](int i) { return i % 3 == 0 ? "99999999999"s : mv(i); }), kAtRate);
  EXPECT_EQ(record.leads[0].gain, 1000);
  EXPECT_EQ(record.leads[0].samples[4], 1012);
  EXPECT_EQ(record.leads[0].samples[3], kMissingSample);
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("120 values")));
}

TEST_F(CsvTables, LargeValuesThatAreThoseOfTheSignalStay) {
  // Six decimals above an offset that an int32 does not hold all of.
  const Record record =
      read("II (uV)\n" + rows([](int i) { return text_of("%.6f", 2000 + microvolts(i) / 10.0); }), kAtRate);
  for (int i = 0; i < kRows; ++i) {
    ASSERT_NEAR(to_millivolts(record.leads[0])[static_cast<std::size_t>(i)], 2 + microvolts(i) / 1e4, 1e-6);
  }
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("rounded to")));
  expect_ecg("II (mV)\n" + rows([](int i) { return text_of("%.17g", microvolts(i) / 1e3); }), "II", "mV", kAtRate);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(CsvTables, ExponentsKeepTheirDigits) {
  const Record record = read("II (V)\n" + rows([](int i) { return i % 2 == 0 ? "0.000145"s : "9.5e-05"s; }), kAtRate);
  EXPECT_EQ(record.leads[0].gain, 1e6);
  EXPECT_THAT(std::vector(record.leads[0].samples.begin(), record.leads[0].samples.begin() + 2), ElementsAre(145, 95));
  for (const char* tiny : {"1e-305", "-4.9e-324", "0e0", "0.0e-999"}) {
    const Record flat = read("II (mV)\n" + rows([&](int) { return std::string(tiny); }), kAtRate);
    EXPECT_TRUE(std::isfinite(flat.leads.at(0).gain)) << tiny;
    EXPECT_EQ(to_millivolts(flat.leads[0])[3], 0.0F) << tiny;
  }
}

// Rows that look like comments or blank lines are rows all the same: none is lost, so that no time shifts.
TEST_F(CsvTables, ErrorsOfSpreadsheetsAreMissingCells) {
  for (const char* sign : {"#N/A", "#DIV/0!", "#VALUE!", "#WERT!", "#", "#####", "#NAME?", "#odd"}) {
    for (const char* separator : {",", ";", "\t", " "}) {
      const auto row = [&](int i) {
        const std::string cell = i % 19 == 3 ? sign : mv(i);
        return cell + separator + (i % 38 == 3 ? sign : mv(i));
      };
      const Record record = read("II"s + separator + "V5\n" + rows(row), kAtRate);
      ASSERT_EQ(record.length_samples(), static_cast<std::size_t>(kRows)) << sign << separator;
      EXPECT_EQ(record.leads.at(0).name, "II");
      EXPECT_EQ(record.leads.at(0).samples[3], kMissingSample);
      EXPECT_EQ(record.leads.at(0).samples[4], 1012);
      EXPECT_EQ(record.leads.at(1).samples[22], microvolts(22)) << "the other lead's";
    }
    if (std::string(sign) == "#odd") continue;  // a comment, where there is one column
    const Record one = read("II\n" + rows([&](int i) { return i % 19 == 3 ? sign : mv(i); }), kAtRate);
    EXPECT_EQ(one.length_samples(), static_cast<std::size_t>(kRows)) << sign;
  }
  expect_ecg("II,V5\n" + rows([](int i) { return (i % 9 == 4 ? "# event, here\n#0.5,0.5\n" : "") + mv(i) + ",0"; }),
             "II", "", {.signals = {"II"}, .sampling_rate_hz = kRate_hz});
}

TEST_F(CsvTables, RowsOfTabsAloneAreRows) {
  const Record record =
      read("II\tV5\n" + rows([](int i) { return i % 20 == 3 ? "\t"s : mv(i) + "\t" + mv(i); }), kAtRate);
  ASSERT_EQ(record.length_samples(), static_cast<std::size_t>(kRows));
  EXPECT_EQ(record.leads.at(1).samples[3], kMissingSample);
  EXPECT_EQ(record.leads.at(1).samples[4], 1012);
}

TEST_F(CsvTables, BlankLinesInASingleColumn) {
  const auto text = [](const char* end) {
    return "II (mV)\n" + rows([](int i) { return i % 100 == 7 ? ""s : mv(i); }) + end;
  };
  for (const char* end : {"", "\n\n", "\n\n# end\n", "\nend of file\n"}) {
    expect_but(read(text(end), kAtRate), {7, 107, 207, 307});
    EXPECT_THAT(warnings_, Contains(AllOf(HasSubstr("4 blank lines"), HasSubstr("first line 9"))));
  }
  const std::string doubled = replaced("II (mV)\n" + rows([](int i) { return mv(i); }), "\n", "\n\n");
  expect_ecg(doubled, "II", "mV", kAtRate);
  expect_ecg(replaced(doubled, "\n\n", "\r\r\n"), "II", "mV", kAtRate);
  expect_ecg("II (mV)\n\n\n" + rows([](int i) { return mv(i); }), "II", "mV", kAtRate);
  EXPECT_THAT(warnings_, IsEmpty());
}

TEST_F(CsvTables, RowsWithoutAValueAtTheTop) {
  for (const char* separator : {",", ";", "\t"}) {
    const std::string s = separator;
    for (const std::string& cell : {"NaN"s, ""s, "-"s, "#N/A"s, "inf"s}) {
      for (const int count : {1, 3, 30}) {
        const auto row = [&](int i) {
          return i < count ? cell + s + cell : text_of("%.6f", microvolts(i) / 1e6) + s + "0.5";
        };
        for (const std::string& heading : {"II (V)" + s + "V5 (V)\n", "II" + s + "V5\nV" + s + "V\n"}) {
          SCOPED_TRACE(heading + cell);
          const Record record = read(heading + rows(row), kAtRate);
          ASSERT_EQ(record.leads.size(), 2U);
          EXPECT_EQ(record.leads[0].name + record.leads[1].name, "IIV5");
          EXPECT_EQ(record.leads[0].units + record.leads[1].units, "VV");
          ASSERT_EQ(record.length_samples(), static_cast<std::size_t>(kRows));
          EXPECT_EQ(record.leads[0].samples[static_cast<std::size_t>(count) - 1], kMissingSample);
          EXPECT_EQ(record.leads[0].samples[static_cast<std::size_t>(count)], microvolts(count));
        }
      }
    }
    expect_ecg("time (s)" + s + "II (mV)\n" + s + "\n" + rows([&](int i) { return seconds(i) + s + mv(i); }), "II",
               "mV");
  }
  for (const char* cell : {"NaN", "inf", "-", "#N/A"}) {
    for (const char* mark : {".", ","}) {
      const auto row = [&](int i) { return i == 0 ? cell : mv(i, mark); };
      expect_but(read("II (mV)\n" + rows(row), kAtRate), {0});
      EXPECT_EQ(read("II (mV)\n" + rows(row), kAtRate).leads[0].name, "II") << cell;
      EXPECT_EQ(read(rows(row), kAtRate).length_samples(), static_cast<std::size_t>(kRows)) << cell;
    }
  }
  for (const char* line : {"off\n", "lead off\n", "Leads off\nLeads off\n"}) {
    expect_ecg("II (mV)\n"s + line + rows([](int i) { return mv(i); }), "II", "mV", kAtRate);
  }
  expect_ecg("II (mV)\n---\n" + rows([](int i) { return mv(i); }), "II", "mV", kAtRate);
}

TEST_F(CsvTables, AWordInsteadOfTheFirstNumbers) {
  for (const int count : {1, 20, 150}) {
    const Record record =
        read("II (mV),V5 (mV)\n" + rows([&](int i) { return (i < count ? "off" : mv(i)) + "," + mv(i); }), kAtRate);
    ASSERT_EQ(record.leads.size(), 2U);
    EXPECT_EQ(record.leads[0].name + record.leads[0].units, "IImV");
    ASSERT_EQ(record.length_samples(), static_cast<std::size_t>(kRows));
    EXPECT_EQ(record.leads[1].samples[0], -145);
  }
}

TEST_F(CsvTables, FewNumbersAboveAThousand) {
  for (const char* mark : {".", ","}) {
    for (const int every : {7, 100, 359}) {
      const auto row = [&](int i) {
        return i % every == 4 ? grouped("1024", mark) : std::to_string(microvolts(i) % 700);
      };
      for (const bool counted : {false, true}) {
        const std::string text = counted ? "n;II (uV)\n" + rows([&](int i) { return std::to_string(i) + ";" + row(i); })
                                         : "II (uV)\n" + rows(row);
        const Record record = read(text, kAtRate);
        ASSERT_EQ(record.leads.size(), 1U) << mark;
        EXPECT_EQ(to_millivolts(record.leads[0])[4], 1.024F) << mark << every;
        EXPECT_FLOAT_EQ(to_millivolts(record.leads[0])[5], -0.005F);
        EXPECT_THAT(warnings_, ElementsAre(HasSubstr("mark between thousands")));
      }
    }
  }
  EXPECT_EQ(read("II (mV)\n" + rows([](int i) { return "1." + std::to_string(500 + i); }), kAtRate).leads[0].samples[7],
            1507);
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("decimal sign"))) << "nothing tells";
}

TEST_F(CsvTables, UnitsInTheCells) {
  const auto volts = [](int i) { return text_of("%.6f V", microvolts(i) / 1e6); };
  const auto joined = [](int i) { return uv(i) + "uV"; };
  for (const char* heading : {"II\n", "II (V)\n"}) expect_ecg(heading + rows(volts), "II", "V", kAtRate);
  expect_ecg("II\n" + rows([&](int i) { return replaced(volts(i), ".", ","); }), "II", "V", kAtRate);
  expect_ecg("time (s),II\n" + rows([&](int i) { return seconds(i) + "," + volts(i); }), "II", "V");
  expect_ecg("time (s);II\n" + rows([&](int i) { return seconds(i) + ";" + joined(i); }), "II", "uV");
  expect_ecg("time(s) II\n" + rows([&](int i) { return seconds(i) + " " + volts(i); }), "II", "V");
  expect_ecg("time (s),II,unit\n" + rows([&](int i) { return seconds(i) + "," + uv(i) + ",uV"; }), "II", "uV");
  for (const char* separator : {";", ",", "\t", " ; "}) {
    const Record two =
        read("II"s + separator + "V5\n" + rows([&](int i) { return volts(i) + separator + joined(i); }), kAtRate);
    ASSERT_EQ(two.leads.size(), 2U) << separator;
    EXPECT_EQ(two.leads[0].name + two.leads[0].units + two.leads[1].name + two.leads[1].units, "IIVV5uV");
    EXPECT_EQ(to_millivolts(two.leads[0]), to_millivolts(two.leads[1]));
  }
  EXPECT_THAT(warnings_, IsEmpty());
  expect_ecg("Gain;10 mV\nII\n" + rows(joined), "II", "uV", kAtRate);
  const auto mixed = [&](int i) { return i == 40 ? mv(i) + " mV" : volts(i); };
  EXPECT_ERROR(read("II\n" + rows(mixed), kAtRate), ErrorKind::data, "unit");
  EXPECT_ERROR(read("time (s),II\n" + rows([&](int i) { return seconds(i) + "," + mixed(i); })), ErrorKind::data,
               "'II'", "'V'");
  EXPECT_ERROR(read("II (mV)\n" + rows(volts), kAtRate), ErrorKind::data, "'mV'", "'V'");
}

TEST_F(CsvTables, NumbersThatNumberTheColumns) {
  const auto values = [](const char* form) {
    return rows([&](int i) { return text_of(form, microvolts(i) / 1e3) + "," + text_of(form, microvolts(i) / 1e3); });
  };
  EXPECT_EQ(read("0,1\n" + values("%.3f"), kAtRate).length_samples(), static_cast<std::size_t>(kRows));
  EXPECT_THAT(warnings_, Contains(HasSubstr("its first row, line 1, is taken to number the columns")));
  EXPECT_EQ(read("0,1\n" + values("%.1f"), kAtRate).length_samples(), static_cast<std::size_t>(kRows) + 1);
  const Record timed = read(rows([](int i) { return i == 0 ? "0,1"s : seconds(i) + "," + mv(i); }));
  EXPECT_EQ(timed.length_samples(), static_cast<std::size_t>(kRows));
  EXPECT_EQ(timed.leads.at(0).name, "column 2");
  EXPECT_EQ(timed.leads.at(0).samples[0], 1000);
}

TEST_F(CsvTables, NumbersInFormsThatAreNotKnown) {
  const auto text = [](const std::function<std::string(int)>& cell) {
    return "time (s),II (uV)\n" + rows([&](int i) { return seconds(i) + "," + cell(i); });
  };
  const auto trailing = [](int i) { return microvolts(i) < 0 ? std::to_string(-microvolts(i)) + "-" : uv(i); };
  const auto brackets = [](int i) { return microvolts(i) < 0 ? "(" + std::to_string(-microvolts(i)) + ")" : uv(i); };
  EXPECT_ERROR(read(text(trailing)), ErrorKind::data, "'II (uV)'", "'145-'");
  EXPECT_ERROR(read(text(brackets)), ErrorKind::data, "'II (uV)'", "'(145)'");
  EXPECT_EQ(read(text([](int i) { return i == 5 ? "1-2" : uv(i); })).leads[0].samples[5], kMissingSample);
}

TEST_F(CsvTables, OddRowsAmongOthersAreRows) {
  for (const char* line : {"off,off", "%,0.5", "//,0.5", "lead off,lead off"}) {
    const Record record = read("II,V5\n" + rows([&](int i) { return i == 180 ? line : mv(i) + ",0.5"; }), kAtRate);
    ASSERT_EQ(record.length_samples(), static_cast<std::size_t>(kRows)) << line;
    EXPECT_EQ(record.leads.at(0).samples[180], kMissingSample);
    EXPECT_EQ(record.leads.at(0).samples[184], 1012);
  }
  read("II,V5\n" + rows([&](int i) { return (i % 20 == 3 ? "\n" : "") + mv(i) + ",0.5"; }), kAtRate);
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("18 blank lines")));
}

}  // namespace
}  // namespace beatbench
