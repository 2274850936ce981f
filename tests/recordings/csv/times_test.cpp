// Columns of times: rates, gaps and units.
#include "recordings/csv/texts.h"

namespace beatbench {
namespace {

constexpr int kMany = 2000;

// A table whose row i has a time.
std::string timed(const std::string& heading, const std::function<std::string(int)>& time, int count = kMany) {
  return heading + ",II (mV)\n" + rows([&](int i) { return time(i) + "," + mv(i); }, count);
}

TEST_F(CsvTables, TimesThatAreRoundedToNearlyAStep) {
  const auto rounded = [](const char* form, double per_second, double rate_hz) {
    return [=](int i) { return text_of(form, std::floor(i / rate_hz * per_second + 0.5 + 1e-9)); };
  };
  for (const double rate : {250.0, 256.0, 300.0, 360.0, 400.0, 500.0, 512.0, 600.0, 700.0, 800.0, 900.0}) {
    const Record record = read(timed("time (ms)", rounded("%.0f", 1e3, rate)));
    EXPECT_EQ(record.sampling_rate_hz, rate);
    EXPECT_EQ(record.length_samples(), static_cast<std::size_t>(kMany)) << rate;
    EXPECT_THAT(warnings_, IsEmpty()) << rate;
  }
  for (const double rate : {40.0, 50.0, 60.0, 64.0, 75.0, 80.0, 90.0, 100.0, 128.0}) {
    const Record record = read(timed("time (s)", [&](int i) { return text_of("%.2f", i / rate); }));
    EXPECT_EQ(record.sampling_rate_hz, rate);
    EXPECT_EQ(record.length_samples(), static_cast<std::size_t>(kMany)) << rate;
    EXPECT_THAT(warnings_, IsEmpty()) << rate;
  }
}

TEST_F(CsvTables, TimesThatAreLateByAStepOfTheClock) {
  const auto seventh = [](int i) { return std::to_string(2 * i + (i % 7 == 6)); };
  unsigned state = 1;
  const auto any = [&](int i) {
    return std::to_string(2 * i + static_cast<int>((state = state * 1664525 + 1013904223) >> 31));
  };
  for (const std::function<std::string(int)>& time : {std::function<std::string(int)>(seventh), {any}}) {
    const Record record = read(timed("time (ms)", time));
    EXPECT_EQ(record.sampling_rate_hz, 500);
    EXPECT_EQ(record.length_samples(), static_cast<std::size_t>(kMany));
    EXPECT_THAT(warnings_, IsEmpty());
  }
}

TEST_F(CsvTables, TimesThatAreRoundedToMoreThanAStep) {
  for (const double rate : {1000.0, 1200.0, 1500.0, 2000.0, 2500.0}) {
    const Record record = read(timed("time (ms)", [&](int i) { return text_of("%.0f", i / rate * 1e3); }));
    EXPECT_NEAR(record.sampling_rate_hz, rate, 2e-3 * rate);
    EXPECT_EQ(record.length_samples(), static_cast<std::size_t>(kMany)) << rate;
  }
}

TEST_F(CsvTables, GapsInRoundedTimes) {
  for (const double rate : {250.0, 360.0, 500.0, 800.0}) {
    for (const int lost : {1, 2, 7, 300}) {
      for (const int at : {3, 1001, 1002, 1003, 1996}) {
        if (rate > 500 && at < 16) continue;  // too few rows to tell
        const auto time = [&](int i) { return text_of("%.3f", (i + (i >= at ? lost : 0)) / rate); };
        const Record record = read(timed("time (s)", time));
        EXPECT_EQ(record.sampling_rate_hz, rate) << lost << " lost at " << at;
        ASSERT_EQ(record.length_samples(), static_cast<std::size_t>(kMany + lost)) << rate << "," << lost << "," << at;
        if (rate > 500) continue;  // the place can be told to within a sample or two
        EXPECT_EQ(record.leads[0].samples[static_cast<std::size_t>(at)], kMissingSample);
        EXPECT_EQ(record.leads[0].samples[static_cast<std::size_t>(at + lost)], microvolts(at));
      }
    }
  }
}

TEST_F(CsvTables, ManyGapsOfOneSampleAreNone) {
  const auto time = [](int i) { return text_of("%.6f", (i + i / 10) / 500.0); };
  EXPECT_ERROR(read(timed("time (s)", time)), ErrorKind::data, "r1.csv, line ", "do not come evenly");
  EXPECT_EQ(read(timed("time (s)", time), kAtRate).length_samples(), static_cast<std::size_t>(kMany));
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("left aside")));
}

TEST_F(CsvTables, UnitsOfTimes) {
  const auto text = [](const std::string& heading, double step, const char* form) {
    return timed(heading, [=](int i) { return text_of(form, step * i); });
  };
  EXPECT_EQ(read(text("time (1/100 s)", 0.2, "%.1f")).sampling_rate_hz, 500);
  EXPECT_EQ(read(text("time [10us]", 200, "%.0f")).sampling_rate_hz, 500);
  EXPECT_EQ(read(text("time (0.5 ms)", 4, "%.0f")).sampling_rate_hz, 500);
  EXPECT_EQ(read(text("time (100 ns)", 20000, "%.0f")).sampling_rate_hz, 500);
  EXPECT_EQ(
      read("time,II\n1/1000 s,mV\n" + rows([](int i) { return std::to_string(2 * i) + "," + mv(i); })).sampling_rate_hz,
      500);
  EXPECT_THAT(warnings_, IsEmpty());
  EXPECT_EQ(read(text("time (UTC)", 2, "%.0f")).sampling_rate_hz, 500);
  EXPECT_THAT(warnings_, ElementsAre(HasSubstr("do not say their unit")));
  for (const char* heading : {"time (ticks)", "time [1/8192]", "timestamp (counts)", "time (x10)", "Zeit [Takte]"}) {
    EXPECT_ERROR(read(text(heading, 2, "%.0f")), ErrorKind::usage, "no known unit of time");
    EXPECT_EQ(read(text(heading, 2, "%.0f"), kAtRate).sampling_rate_hz, 360);
    EXPECT_THAT(warnings_, Contains(HasSubstr("left aside")));
  }
  EXPECT_ERROR(read(text("timestamp", 32, "%.0f")), ErrorKind::usage, "no rate of an ECG");
}

TEST_F(CsvTables, LeadsThatSoundLikeTimes) {
  for (const char* heading :
       {"Realtime ECG (mV)", "ECG real-time (mV)", "ECG time course (mV)", "Time-averaged (mV)"}) {
    const std::string body = rows([](int i) { return seconds(i) + "," + mv(i); });
    const Record record = read("Time (s),"s + heading + "\n" + body);
    ASSERT_EQ(record.leads.size(), 1U) << heading;
    EXPECT_EQ(record.leads[0].samples[4], 1012);
  }
  for (const char* heading : {"S", "T", "s", "ECG real-time", "clock signal", "elapsed"}) {
    const Record record =
        read("Time (s),II,"s + heading + "\n" + rows([](int i) { return seconds(i) + "," + mv(i) + "," + mv(i); }));
    EXPECT_EQ(record.leads.size(), 2U) << heading;
  }
  EXPECT_ERROR(read("t,II\n" + rows([](int i) { return std::to_string(i == 100 ? 0 : 4 * i) + "," + mv(i); })),
               ErrorKind::data, "line 102", "backwards");
}

}  // namespace
}  // namespace beatbench
