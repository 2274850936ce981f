#pragma once

#include <span>
#include <string>
#include <vector>

#include "beatbench/evaluation/classification.h"

namespace beatbench {

enum class Align { left, right };

/// A table of text cells that prints with its columns aligned. Widths count code points, so that UTF-8 aligns.
class Table {
 public:
  struct Column {
    std::string header;
    Align align = Align::right;
  };

  explicit Table(std::vector<Column> columns);

  /// @throws Error(usage) if the number of cells is not that of the columns.
  void add_row(std::vector<std::string> cells);

  std::string text() const;      ///< columns two blanks apart under a rule, for a terminal
  std::string markdown() const;  ///< GitHub's form, aligned in the source as well

 private:
  std::vector<std::size_t> widths(bool escaped) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// A fraction as a percentage with two decimals, for example "99.05"; "-" where it is undefined.
std::string percent(const Metric& metric);

/// A number of milliseconds with one decimal, for example "27.8"; "-" where it is undefined.
std::string milliseconds(const Metric& metric);

/// A duration with a unit that suits it and three digits, for example "1.25 ms".
std::string duration_text(double seconds);

/// A row per class: n, predicted, sensitivity, positive predictivity, specificity and F1 in percent.
Table class_table(const ClassificationMetrics& metrics);

/// A row per recording: n, accuracy and macro F1, and the F1 of each class, in percent.
Table record_table(std::span<const RecordMetrics> records);

/// "2 min 05 s", "1 h 03 min", "12 s".
std::string clock_text(double seconds);

}  // namespace beatbench
