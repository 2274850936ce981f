#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace beatbench {

/// A metric that may be undefined; an undefined one says why.
struct Metric {
  std::optional<double> value;  ///< finite; a fraction of 1 in everything below
  std::string why_undefined;    ///< empty where there is a value

  bool operator==(const Metric&) const = default;
};

/// How one class fared against all others. With TP, FN, FP and TN beats of that class:
/// sensitivity TP/(TP+FN), positive predictivity TP/(TP+FP), specificity TN/(TN+FP), F1 2TP/(2TP+FN+FP).
struct ClassMetrics {
  std::string name;
  std::int64_t n = 0;            ///< beats of this class in the reference
  std::int64_t predicted = 0;    ///< beats that the classifier put into this class
  Metric sensitivity;            ///< undefined where n is 0
  Metric positive_predictivity;  ///< undefined where predicted is 0
  Metric specificity;            ///< undefined where no reference beat is of another class
  Metric f1;                     ///< undefined where n is 0; 0 where n > 0 and the class is never predicted rightly

  bool operator==(const ClassMetrics&) const = default;
};

/// The metrics of a classifier, all of them functions of the confusion counts.
///
/// Where an input may be of several classes or none (multi-label), each class is counted by itself, "beats" are
/// recordings, and accuracy is the share of recordings all of whose classes are right.
///
/// Macro F1 is the mean of F1 over the classes that have reference beats (n > 0). A class with reference beats that
/// is never predicted counts with F1 = 0, though its positive predictivity is undefined. A class without reference
/// beats is left out of the mean, even if it was predicted (those beats lower the positive predictivity of that
/// class to 0 and the sensitivity of the classes they were taken from). This differs from scikit-learn's f1_score
/// (average="macro"), which counts a class that is predicted but has no reference beats as 0.
struct ClassificationMetrics {
  std::vector<std::string> class_names;
  /// [classes, classes], row = reference, column = predicted. Multi-label: for each class TN, FP, FN, TP, and then the
  /// number of recordings all of whose classes are right.
  std::vector<std::int64_t> confusion;
  bool multi_label = false;
  std::int64_t n = 0;                 ///< beats in all
  Metric accuracy;                    ///< undefined where n is 0
  Metric macro_f1;                    ///< undefined where n is 0
  std::vector<ClassMetrics> classes;  ///< one per class name, in that order

  std::int64_t count(std::size_t reference, std::size_t predicted) const {
    return confusion[reference * class_names.size() + predicted];
  }
  bool operator==(const ClassificationMetrics&) const = default;
};

/// Metrics of one recording's beats.
struct RecordMetrics {
  std::string record;
  ClassificationMetrics metrics;

  bool operator==(const RecordMetrics&) const = default;
};

/// A recording that was classified as a whole, and what was said of it; bit c of a set is class c.
struct TestedRecording {
  std::string record;
  std::uint64_t reference = 0, predicted = 0;
  std::vector<float> probabilities;  ///< of each class
};

/// Compares two rows of labels, which are indices into `class_names`.
/// @throws Error(usage) if the lengths differ, a label is outside of [0, classes), or the class names are none,
/// empty or not distinct.
ClassificationMetrics evaluate_classification(std::span<const int> reference, std::span<const int> predicted,
                                              const std::vector<std::string>& class_names);

/// The same of inputs that may be of several classes: bit c of a set is class c.
/// @throws Error(usage) likewise; there are at most 64 classes.
ClassificationMetrics evaluate_multi_label(std::span<const std::uint64_t> reference,
                                           std::span<const std::uint64_t> predicted,
                                           const std::vector<std::string>& class_names);

/// The same from confusion counts, as ClassificationMetrics has them.
/// @throws Error(usage) if their number does not fit the class names or one is negative.
ClassificationMetrics metrics_of_confusion(std::vector<std::int64_t> confusion,
                                           const std::vector<std::string>& class_names, bool multi_label = false);

/// The metrics of each recording, in the order of `record_ids`; a recording without rows is left out.
/// `record_of_row` holds an index into `record_ids` for each row.
/// @throws Error(usage) as evaluate_classification, and for an index outside of `record_ids`.
std::vector<RecordMetrics> evaluate_by_record(std::span<const int> reference, std::span<const int> predicted,
                                              std::span<const std::uint32_t> record_of_row,
                                              const std::vector<std::string>& record_ids,
                                              const std::vector<std::string>& class_names);

/// Gross metrics (counts summed) over the recordings that are not in `left_out`; for example S without record 232,
/// which holds three quarters of DS2's S beats.
/// @throws Error(usage) if nothing is left, a name of `left_out` is not there, or the class names differ.
ClassificationMetrics pooled_metrics(std::span<const RecordMetrics> records, std::span<const std::string> left_out);

}  // namespace beatbench
