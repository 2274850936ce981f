#include "beatbench/evaluation/classification.h"

#include <algorithm>
#include <functional>
#include <set>
#include <utility>

#include "beatbench/core/error.h"
#include "evaluation/metrics.h"

namespace beatbench {
namespace {

const std::string kWhere = "evaluation";

void require_class_names(const std::vector<std::string>& names) {
  if (names.empty()) throw Error(ErrorKind::usage, kWhere, "there are no class names");
  std::set<std::string> seen;
  for (const std::string& name : names) {
    if (name.empty()) throw Error(ErrorKind::usage, kWhere, "a class name is empty");
    if (!seen.insert(name).second) throw Error(ErrorKind::usage, kWhere, "class '" + name + "' is named twice");
  }
}

void require_same_length(std::size_t reference, std::size_t other, const std::string& what) {
  if (reference == other) return;
  throw Error(ErrorKind::usage, kWhere,
              std::to_string(reference) + " reference labels but " + std::to_string(other) + " " + what);
}

std::size_t checked_label(int label, std::size_t classes, const char* which, std::size_t row) {
  if (label >= 0 && static_cast<std::size_t>(label) < classes) return static_cast<std::size_t>(label);
  throw Error(ErrorKind::usage, kWhere,
              std::string(which) + " label " + std::to_string(label) + " in row " + std::to_string(row) +
                  "; allowed: 0 to " + std::to_string(classes - 1));
}

ClassMetrics class_metrics(const std::string& name, std::int64_t hits, std::int64_t n, std::int64_t predicted,
                           std::int64_t all) {
  const std::int64_t others = all - n;
  const std::int64_t false_alarms = predicted - hits;
  return {.name = name,
          .n = n,
          .predicted = predicted,
          .sensitivity = ratio(hits, n, "no beats of this class in the reference"),
          .positive_predictivity = ratio(hits, predicted, "no beats were put into this class"),
          .specificity = ratio(others - false_alarms, others, "no beats of other classes in the reference"),
          .f1 = ratio(2 * hits, n == 0 ? 0 : n + predicted, "no beats of this class in the reference")};
}

Metric mean_f1(const std::vector<ClassMetrics>& classes) {
  double sum = 0;
  int defined = 0;
  for (const ClassMetrics& each : classes) {
    if (!each.f1.value) continue;
    sum += *each.f1.value;
    ++defined;
  }
  if (defined == 0) return {std::nullopt, "no beats in the reference"};
  return {sum / defined, ""};
}

constexpr std::size_t kCountsOfClass = 4;  // multi-label: TN, FP, FN, TP
constexpr std::size_t kMostClasses = 64;

ClassificationMetrics metrics_of_class_counts(std::vector<std::int64_t> counts,
                                              const std::vector<std::string>& class_names) {
  ClassificationMetrics metrics;
  metrics.class_names = class_names;
  metrics.multi_label = true;
  for (std::size_t c = 0; c < class_names.size(); ++c) {
    const std::int64_t* of = &counts[c * kCountsOfClass];
    const std::int64_t all = of[0] + of[1] + of[2] + of[3];
    if (c > 0 && all != metrics.n)
      throw Error(ErrorKind::usage, kWhere, "the classes' counts are of different numbers of recordings");
    metrics.n = all;
    metrics.classes.push_back(class_metrics(class_names[c], of[3], of[2] + of[3], of[1] + of[3], all));
  }
  metrics.accuracy = ratio(counts.back(), metrics.n, "no recordings in the reference");
  metrics.macro_f1 = mean_f1(metrics.classes);
  metrics.confusion = std::move(counts);
  return metrics;
}

}  // namespace

ClassificationMetrics metrics_of_confusion(std::vector<std::int64_t> confusion,
                                           const std::vector<std::string>& class_names, bool multi_label) {
  require_class_names(class_names);
  const std::size_t classes = class_names.size();
  const std::size_t wanted = multi_label ? classes * kCountsOfClass + 1 : classes * classes;
  if (confusion.size() != wanted || std::ranges::any_of(confusion, [](auto count) { return count < 0; })) {
    throw Error(ErrorKind::usage, kWhere,
                "confusion counts of " + std::to_string(classes) + " classes must be " + std::to_string(wanted) +
                    " numbers from 0; found " + std::to_string(confusion.size()));
  }
  if (multi_label) return metrics_of_class_counts(std::move(confusion), class_names);
  std::vector<std::int64_t> in_row(classes, 0);
  std::vector<std::int64_t> in_column(classes, 0);
  ClassificationMetrics metrics;
  metrics.class_names = class_names;
  metrics.confusion = std::move(confusion);
  std::int64_t hits = 0;
  for (std::size_t row = 0; row < classes; ++row) {
    for (std::size_t column = 0; column < classes; ++column) {
      const std::int64_t count = metrics.count(row, column);
      in_row[row] += count;
      in_column[column] += count;
      metrics.n += count;
    }
    hits += metrics.count(row, row);
  }
  for (std::size_t i = 0; i < classes; ++i) {
    metrics.classes.push_back(class_metrics(class_names[i], metrics.count(i, i), in_row[i], in_column[i], metrics.n));
  }
  metrics.accuracy = ratio(hits, metrics.n, "no beats in the reference");
  metrics.macro_f1 = mean_f1(metrics.classes);
  return metrics;
}

ClassificationMetrics evaluate_classification(std::span<const int> reference, std::span<const int> predicted,
                                              const std::vector<std::string>& class_names) {
  require_class_names(class_names);
  require_same_length(reference.size(), predicted.size(), "predicted ones");
  const std::size_t classes = class_names.size();
  std::vector<std::int64_t> confusion(classes * classes, 0);
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const std::size_t row = checked_label(reference[i], classes, "reference", i);
    const std::size_t column = checked_label(predicted[i], classes, "predicted", i);
    ++confusion[row * classes + column];
  }
  return metrics_of_confusion(std::move(confusion), class_names);
}

ClassificationMetrics evaluate_multi_label(std::span<const std::uint64_t> reference,
                                           std::span<const std::uint64_t> predicted,
                                           const std::vector<std::string>& class_names) {
  require_class_names(class_names);
  require_same_length(reference.size(), predicted.size(), "predicted ones");
  const std::size_t classes = class_names.size();
  if (classes > kMostClasses) throw Error(ErrorKind::usage, kWhere, "there are more than 64 classes");
  std::vector<std::int64_t> counts(classes * kCountsOfClass + 1, 0);
  for (std::size_t i = 0; i < reference.size(); ++i) {
    for (std::size_t c = 0; c < classes; ++c) {
      ++counts[c * kCountsOfClass + 2 * (reference[i] >> c & 1U) + (predicted[i] >> c & 1U)];
    }
    if (reference[i] == predicted[i]) ++counts.back();
  }
  return metrics_of_confusion(std::move(counts), class_names, true);
}

std::vector<RecordMetrics> evaluate_by_record(std::span<const int> reference, std::span<const int> predicted,
                                              std::span<const std::uint32_t> record_of_row,
                                              const std::vector<std::string>& record_ids,
                                              const std::vector<std::string>& class_names) {
  require_class_names(class_names);
  require_same_length(reference.size(), predicted.size(), "predicted ones");
  require_same_length(reference.size(), record_of_row.size(), "record numbers");
  const std::size_t classes = class_names.size();
  std::vector<std::vector<std::int64_t>> confusions(record_ids.size());
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const std::uint32_t record = record_of_row[i];
    if (record >= record_ids.size()) {
      throw Error(ErrorKind::usage, kWhere,
                  "row " + std::to_string(i) + " is of record number " + std::to_string(record) + "; there are " +
                      std::to_string(record_ids.size()) + " records");
    }
    const std::size_t row = checked_label(reference[i], classes, "reference", i);
    const std::size_t column = checked_label(predicted[i], classes, "predicted", i);
    if (confusions[record].empty()) confusions[record].resize(classes * classes, 0);
    ++confusions[record][row * classes + column];
  }
  std::vector<RecordMetrics> records;
  for (std::size_t i = 0; i < record_ids.size(); ++i) {
    if (confusions[i].empty()) continue;
    records.push_back({record_ids[i], metrics_of_confusion(std::move(confusions[i]), class_names)});
  }
  return records;
}

ClassificationMetrics pooled_metrics(std::span<const RecordMetrics> records, std::span<const std::string> left_out) {
  for (const std::string& name : left_out) {
    if (!std::ranges::count(records, name, &RecordMetrics::record)) {
      throw Error(ErrorKind::usage, kWhere, "there is no record '" + name + "' to leave out");
    }
  }
  std::vector<std::int64_t> sum;
  const std::vector<std::string>* class_names = nullptr;
  bool multi_label = false;
  for (const RecordMetrics& each : records) {
    if (std::ranges::count(left_out, each.record)) continue;
    if (!class_names) {
      class_names = &each.metrics.class_names;
      multi_label = each.metrics.multi_label;
      sum.resize(each.metrics.confusion.size(), 0);
    }
    if (each.metrics.class_names != *class_names || each.metrics.multi_label != multi_label) {
      throw Error(ErrorKind::usage, kWhere, "record '" + each.record + "' has other classes than those before it");
    }
    std::ranges::transform(sum, each.metrics.confusion, sum.begin(), std::plus<>());
  }
  if (!class_names) throw Error(ErrorKind::usage, kWhere, "no records are left to pool");
  return metrics_of_confusion(std::move(sum), *class_names, multi_label);
}

}  // namespace beatbench
