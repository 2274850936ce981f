#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "beatbench/evaluation/beat_matching.h"
#include "beatbench/evaluation/bootstrap.h"
#include "beatbench/evaluation/classification.h"
#include "beatbench/evaluation/timing.h"

namespace beatbench {

/// The words that every report uses for metrics; reports/schema.json defines them and reports/README.md explains
/// them. Nothing outside of this module writes them.

/// A number, or the text "undefined: <why>".
nlohmann::ordered_json metric_json(const Metric& metric);

/// [low, high] of a confidence interval over subjects, or the text "undefined: <why>".
nlohmann::ordered_json interval_json(const std::optional<Interval>& interval);

/// {n, mean_ms, sd_ms, p95_ms}, or the text "undefined: <why>".
nlohmann::ordered_json offsets_json(const BeatOffsets& offsets);

/// {accuracy, macro_f1, n, class_names, confusion: [[...]] (multi-label: [TN, FP, FN, TP] of each class), classes:
/// {NAME: {n, predicted, sensitivity, positive_predictivity, specificity, f1}}}
nlohmann::ordered_json metrics_json(const ClassificationMetrics& metrics);

/// {RECORD: metrics_json, ...} in the order given.
/// @throws Error(usage) if a record is named twice.
nlohmann::ordered_json records_json(std::span<const RecordMetrics> records);

/// {RECORD: {reference: [NAME...], predicted: [NAME...], probabilities: [...]}, ...} in the order given.
/// @throws Error(usage) if a record is named twice.
nlohmann::ordered_json recordings_json(std::span<const TestedRecording> recordings,
                                       const std::vector<std::string>& class_names);
/// The same, back. @throws nlohmann::json::exception, Error(data).
std::vector<TestedRecording> recordings_from_json(const nlohmann::json& json,
                                                  const std::vector<std::string>& class_names);

/// {n, median_s, p90_s, p99_s, mean_s, min_s}, and samples_s where they were kept.
nlohmann::ordered_json timing_json(const Timing& timing);

/// The text of a report: indented by two blanks, with what fits into a line kept on one line. A number that is not
/// finite, for which JSON has no form, becomes "undefined: not a finite number"; bytes that are not UTF-8 become
/// U+FFFD. Ends with a newline.
std::string report_text(const nlohmann::ordered_json& report);

}  // namespace beatbench
