#pragma once

#include <gmock/gmock.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <filesystem>
#include <functional>

#include "beatbench/recordings/csv/recording.h"
#include "support/recordings.h"
#include "support/test_folder.h"

// Texts of tables, and a test that reads them.
namespace beatbench {

using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using namespace std::string_literals;

inline constexpr int kRows = 360;
inline constexpr double kRate_hz = 360;

// Small and large, of both signs, with a zero and a whole number of mV among them.
inline int microvolts(int i) {
  constexpr std::array<int, 12> wave = {-145, -1204, 0, 98, 1012, -5, 2000, -145, -620, 37, 1345, -98};
  return wave[static_cast<std::size_t>(i) % wave.size()];
}

inline std::string text_of(const char* form, double value) {
  std::array<char, 64> text;
  std::snprintf(text.data(), text.size(), form, value);
  return text.data();
}

inline std::string replaced(std::string text, const std::string& from, const std::string& to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at + to.size())) {
    text.replace(at, from.size(), to);
  }
  return text;
}

inline std::string seconds(int i, const std::string& mark = ".") {
  return replaced(text_of("%.6f", i / kRate_hz), ".", mark);
}
inline std::string mv(int i, const std::string& mark = ".") {
  return replaced(text_of("%.3f", microvolts(i) / 1000.0), ".", mark);
}
inline std::string uv(int i) { return std::to_string(microvolts(i)); }

// Thousands of what is written without any mark between them.
inline std::string grouped(std::string digits, const std::string& mark) {
  const std::size_t first = digits.find_first_of("0123456789");
  std::size_t end = digits.find_first_not_of("0123456789", first);
  if (end == std::string::npos) end = digits.size();
  for (; end > first + 3; end -= 3) digits.insert(end - 3, mark);
  return digits;
}

inline std::string rows(const std::function<std::string(int)>& row, int count = kRows) {
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

}  // namespace beatbench
