#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/system_info.h"
#include "beatbench/evaluation/beat_matching.h"
#include "beatbench/evaluation/bootstrap.h"
#include "beatbench/evaluation/noise_stress.h"
#include "beatbench/report/table.h"

namespace beatbench {

/// How a detector did by one rule of comparison, over several recordings.
struct DetectorScore {
  std::string rule;                        ///< for example "ec57", "whole_50_ms"
  double window_s = 0.150, start_s = 300;  ///< see BeatComparisonOptions
  std::string beats = "all";  ///< all | without Q: paced beats, their fusions and unclassifiable ones left aside
  Ec57Metrics gross, average;
  /// 95 % intervals of the gross metrics, by the bootstrap over subjects; nullopt where there are fewer than two.
  std::optional<Interval> sensitivity, positive_predictivity, f1;
  BeatOffsets offsets;
};

/// Where a detector's errors are.
struct DetectorRecord {
  std::string record;
  Ec57Metrics ec57;         ///< 150 ms, from 5:00 on
  Ec57Metrics whole_50_ms;  ///< 50 ms, from the beginning
};

/// Recordings that a database keeps together, such as mitdb's DS1 ("training") and DS2 ("test").
struct DetectorDivision {
  std::string name;
  std::size_t records = 0;
  DetectorScore ec57, whole_50_ms;
};

/// With noise added to every recording.
struct DetectorNoise {
  std::string noise;  ///< the record that it is from
  double snr_db = 0;
  DetectorScore ec57;
};

struct DetectorResult {
  std::string name;
  std::vector<DetectorScore> scores;  ///< that of EC57 first
  std::vector<DetectorDivision> divisions;
  std::vector<DetectorRecord> records;
  std::vector<DetectorNoise> noise;       ///< in the same order for every detector
  std::vector<StressLevel> noise_stress;  ///< of a database with noise at known ratios (nstdb); else empty
  double seconds = 0;                     ///< for all recordings on one thread, reading excluded
};

/// What `benchmark detectors` measured.
struct DetectorReport {
  std::string data, data_hash;
  std::string lead;  ///< "first", or the names asked for
  std::size_t records = 0;
  double signal_hours = 0;
  std::vector<DetectorResult> detectors;       ///< the default one first
  std::vector<StressLevel> gqrs_noise_stress;  ///< shown beside theirs, see gqrs_stress_levels; empty: it is not
  std::vector<std::string> notes;
  SystemInfo system;
};

/// See reports/schema.json, kind "detectors".
nlohmann::ordered_json to_json(const DetectorReport& report);

/// A row for each detector, and a row for each recording of one detector.
Table detector_table(const DetectorReport& report);
Table detector_record_table(const DetectorResult& result);
/// A row for each noise and ratio, a column for each detector. Call it where there was noise.
Table detector_noise_table(const DetectorReport& report);
/// Of the noise stress test: a row for each ratio, from 5:00 on and for the noisy stretches alone, a column for each
/// detector. Of both records together, or with `per_record` of each. Call it where there was one.
Table detector_noise_stress_table(const DetectorReport& report, bool per_record);

}  // namespace beatbench
