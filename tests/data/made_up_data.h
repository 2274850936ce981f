#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "beatbench/core/annotation.h"
#include "beatbench/core/beat_set.h"
#include "beatbench/core/record.h"
#include "beatbench/data/dataset.h"

namespace beatbench::tests {

/// A record of 10 s at 360 Hz with the lead MLII and one beat of each symbol, 300 samples apart from sample 200 on.
inline Record small_record(const std::string& id, const std::string& symbols) {
  Record record;
  record.id = record.subject = id;
  record.sampling_rate_hz = 360;
  record.leads.resize(1);
  record.leads[0].name = "MLII";
  for (int i = 0; i < 3600; ++i) {
    record.leads[0].samples.push_back(static_cast<std::int32_t>(std::lround(100 * std::sin(i * 0.05 + id.back()))));
  }
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    Annotation beat;
    beat.sample = 200 + 300 * static_cast<std::int64_t>(i);
    beat.code = code_of(symbols.substr(i, 1)).value();
    record.annotations.push_back(beat);
  }
  return record;
}

/// Windows of one sample. Row k of record r is the beat at sample 100 k, `beats[label]` rows of each class.
inline BeatSet made_up_windows(const std::vector<RecordName>& records, const std::vector<int>& beats) {
  BeatSet set;
  set.shape.length_samples = 1;
  set.records = records;
  for (std::uint32_t record = 0; record < records.size(); ++record) {
    std::int64_t sample = 0;
    for (std::size_t label = 0; label < beats.size(); ++label) {
      for (int i = 0; i < beats[label]; ++i) {
        set.rows.push_back({record, sample += 100, 1, static_cast<std::int16_t>(label)});
        set.values.push_back(static_cast<float>(set.values.size()));
      }
    }
  }
  return set;
}

inline LoadOptions with_threads(int threads) {
  LoadOptions options;
  options.threads = threads;
  return options;
}

inline LoadOptions with_records(const std::vector<std::string>& records, int threads = 2) {
  LoadOptions options;
  options.threads = threads;
  options.only_records = records;
  return options;
}

inline LoadOptions strictly() {
  LoadOptions options;
  options.strict = true;
  return options;
}

/// Records "r0", "r1", ... of a subject each.
inline std::vector<RecordName> record_names(int count) {
  std::vector<RecordName> names;
  for (int i = 0; i < count; ++i) names.push_back({"r" + std::to_string(i), "r" + std::to_string(i)});
  return names;
}

/// Beats of each class among some rows of a set.
inline std::map<int, int> class_counts(const BeatSet& set, const std::vector<std::uint32_t>& rows) {
  std::map<int, int> counts;
  for (const std::uint32_t row : rows) ++counts[set.rows[row].label];
  return counts;
}

}  // namespace beatbench::tests
