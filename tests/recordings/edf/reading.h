#pragma once

#include <gmock/gmock.h>

#include <filesystem>
#include <string>
#include <vector>

#include "beatbench/recordings/edf/recording.h"
#include "support/edf_bytes.h"
#include "support/test_folder.h"

namespace beatbench::tests {

struct EdfReading {
  Record record;
  std::vector<std::string> warnings;
  Caught error;
};

inline EdfReading read_edf(const std::filesystem::path& path, EdfOptions options = {}) {
  EdfReading reading;
  options.on_warning = [&](const std::string& line) { reading.warnings.push_back(line); };
  reading.error = caught([&] { reading.record = read_edf_recording(path, options); });
  return reading;
}

/// Files of one name in a folder of their own.
class EdfFiles : public testing::Test {
 protected:
  EdfReading read(const std::string& bytes, const EdfOptions& options = {}) {
    folder_.put("x.edf", bytes);
    return read_edf(folder_ / "x.edf", options);
  }
  EdfReading read(const EdfBytes& edf, const EdfOptions& options = {}) { return read(edf.bytes(), options); }

  TestFolder folder_;
};

inline constexpr std::size_t kEdfRate = 360, kEdfSeconds = 10;

/// In uV; it begins with eight times -145.
inline std::vector<int> ecg_samples() {
  std::vector<int> samples(kEdfRate * kEdfSeconds, -145);
  for (std::size_t i = 8; i < samples.size(); ++i) samples[i] = static_cast<int>(i * 37 % 1201) - 600;
  return samples;
}

/// A sound file: ECG II at 360 Hz in uV, a temperature and, in EDF+, annotation lists, which keep the time at least.
inline EdfBytes sound_edf(const std::string& kind = "", std::vector<std::string> lists = {}) {
  EdfBytes edf;
  edf.fields[EdfBytes::reserved] = kind;
  edf.add("ECG II", "uV", ecg_samples(), kEdfRate);
  edf.add("Temp", "degC", std::vector<int>(kEdfSeconds, 100), 1);
  for (std::size_t r = lists.size(); !kind.empty() && r < kEdfSeconds; ++r) {
    lists.push_back(annotation_list("+" + std::to_string(r), {""}));
  }
  if (!lists.empty()) edf.add_annotations(lists);
  return edf;
}

inline void expect_ecg(const EdfReading& reading, std::size_t length = kEdfRate * kEdfSeconds) {
  ASSERT_EQ(reading.error.text, "");
  const Record& record = reading.record;
  ASSERT_EQ(record.leads.size(), 1);
  EXPECT_EQ(record.leads[0].name, "II");
  EXPECT_EQ(record.leads[0].units, "uV");
  EXPECT_EQ(record.sampling_rate_hz, kEdfRate);
  ASSERT_EQ(record.length_samples(), length);
  const std::vector<float> millivolts = to_millivolts(record.leads[0]);
  for (std::size_t i = 0; i < 5; ++i) EXPECT_NEAR(millivolts[i], -0.145, 1e-6) << i;
}

}  // namespace beatbench::tests
