#pragma once

#include <array>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/system_info.h"
#include "beatbench/evaluation/beat_matching.h"
#include "beatbench/evaluation/bootstrap.h"
#include "beatbench/report/table.h"

namespace beatbench {

/// One recording's annotations against the reference's.
struct AnnotationRecord {
  std::string record;
  BeatComparison comparison;
};

/// 95 % intervals of the gross metrics, by the bootstrap over subjects.
struct AnnotationIntervals {
  std::optional<Interval> sensitivity, positive_predictivity;
  std::optional<Interval> v_sensitivity, v_positive_predictivity;
  std::optional<Interval> s_sensitivity, s_positive_predictivity, s_positive_predictivity_sumstats;
};

/// What `benchmark annotations` measured: a detector with a classifier behind it, from end to end.
struct AnnotationReport {
  std::string data, data_hash;
  std::string reference, test;  ///< the annotator of the reference; what it was compared with
  double window_s = 0.150, start_s = 300;
  std::vector<AnnotationRecord> records;
  Ec57Metrics gross, average;
  AnnotationIntervals intervals;
  BeatOffsets offsets;
  std::vector<std::string> notes;
  SystemInfo system;
};

/// See reports/schema.json, kind "annotations".
nlohmann::ordered_json to_json(const AnnotationReport& report);

/// The counts of all recordings as WFDB's bxb prints them: a row for each class of the reference, a column for each of
/// the test; row O are beats of the test alone, column o missed ones.
Table beat_matrix_table(const AnnotationReport& report);
/// The metrics that EC57 asks for, gross and average, with the gross ones' intervals; the positive predictivity of S by
/// both rules, see Ec57Metrics.
Table annotation_metrics_table(const AnnotationReport& report);
/// A row for each recording, by the rule of bxb's own lines.
Table annotation_record_table(const AnnotationReport& report);

}  // namespace beatbench
