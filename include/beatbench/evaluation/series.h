#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "beatbench/evaluation/bootstrap.h"
#include "beatbench/evaluation/classification.h"

namespace beatbench {

/// The test of one of several trainings that differ in seed or fold alone.
struct RunScore {
  std::uint64_t seed = 0;
  int fold = 1;
  std::vector<RecordMetrics> records;
  std::vector<TestedRecording> recordings = {};  ///< the same, where recordings are classified whole
};

/// A metric over several trainings.
struct MetricSummary {
  std::optional<double> mean;        ///< over the seeds, of the beats of all folds together
  std::optional<double> sd;          ///< over the seeds; over the folds where there is one seed
  std::optional<Interval> interval;  ///< 95 %, of the mean, by the bootstrap over subjects
};

struct ClassSpread {
  std::string name;
  std::int64_t n = 0;  ///< beats of this class in the reference, of all folds together
  MetricSummary sensitivity, positive_predictivity, f1;
  MetricSummary roc_area, average_precision;  ///< see RocPrAreas; of whole recordings alone
};

struct SeriesMetrics {
  MetricSummary accuracy, macro_f1;
  MetricSummary macro_roc_area, macro_average_precision;  ///< means over the classes; of whole recordings alone
  std::vector<ClassSpread> classes;
};

/// Metrics over all runs. Gross: the counts of a seed's folds and records are summed, and the probabilities of its
/// folds pooled, before a metric is formed. With `subject_of`, intervals: subjects are drawn with replacement, the same
/// for all seeds, and the metric's mean over the seeds is formed from their records.
///
/// Some draws lack all subjects that have a class. A macro metric averaged over the classes that are left would be
/// another metric, higher or lower by what the class that is missing does, and a class that is not there cannot count
/// as 0 either. So a draw's macro F1 (and macro area) is defined where each class has the metric that has it in the
/// whole test, and a mean over the seeds where each seed has it; other draws are left out of that interval and counted
/// in Interval::draws_left_out.
/// @param left_out records that do not count
/// @throws Error(usage) if there is no run, if a seed lacks a fold that another has, if class names differ, or if no
/// record is left.
SeriesMetrics metrics_of_series(std::span<const RunScore> runs, std::span<const std::string> left_out,
                                const std::function<std::string(const std::string& record)>& subject_of);

}  // namespace beatbench
