#pragma once

#include <edflib.h>

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>

#include "beatbench/core/error.h"

namespace beatbench::tests {

/// A signal of an EDF file; its samples fill whole data records.
struct EdfSignal {
  std::string label, unit;
  double physical_min, physical_max;
  int digital_min, digital_max;
  std::vector<int> samples;
  double rate_hz;
};

struct EdfNote {
  double at_s;
  std::string text;
};

/// Writes EDF+ or BDF+ (an EDFLIB_FILETYPE) by EDFlib, in data records of `record_s`.
inline void write_edf(const std::filesystem::path& path, int type, const std::vector<EdfSignal>& signals,
                      const std::vector<EdfNote>& notes = {}, double record_s = 1) {
  const int file = edfopen_file_writeonly(path.c_str(), type, static_cast<int>(signals.size()));
  if (file < 0) throw Error(ErrorKind::io, path.string(), "EDFlib cannot write it");
  edf_set_datarecord_duration(file, static_cast<int>(std::lround(record_s * 100'000)));  // 10 us
  const auto in_record = [&](const EdfSignal& s) { return static_cast<int>(std::lround(s.rate_hz * record_s)); };
  for (int i = 0; i < static_cast<int>(signals.size()); ++i) {
    const EdfSignal& s = signals[static_cast<std::size_t>(i)];
    edf_set_samplefrequency(file, i, in_record(s));
    edf_set_physical_minimum(file, i, s.physical_min);
    edf_set_physical_maximum(file, i, s.physical_max);
    edf_set_digital_minimum(file, i, s.digital_min);
    edf_set_digital_maximum(file, i, s.digital_max);
    edf_set_label(file, i, s.label.c_str());
    edf_set_physical_dimension(file, i, s.unit.c_str());
  }
  const std::size_t records = signals.front().samples.size() / static_cast<std::size_t>(in_record(signals.front()));
  for (std::size_t record = 0; record < records; ++record) {
    for (const EdfSignal& s : signals) {
      const auto first = s.samples.begin() + static_cast<std::ptrdiff_t>(record) * in_record(s);
      std::vector<int> part(first, first + in_record(s));
      edfwrite_digital_samples(file, part.data());
    }
  }
  for (const EdfNote& note : notes) {
    edfwrite_annotation_utf8(file, static_cast<long long>(note.at_s * 10'000), -1, note.text.c_str());  // 100 us
  }
  if (edfclose_file(file) != 0) throw Error(ErrorKind::io, path.string(), "EDFlib cannot finish it");
}

}  // namespace beatbench::tests
