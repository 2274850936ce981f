#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "beatbench/core/beat_set.h"
#include "beatbench/evaluation/classification.h"
#include "beatbench/evaluation/thresholds.h"
#include "beatbench/report/run_report.h"

namespace beatbench {

/// Pictures are drawn by gnuplot (5.4 or newer), which is run as a child process with its script on standard input.
/// Each function returns the file's content, so that nothing is left half-written; write it with
/// write_file_atomically. All of them throw Error(unsupported) if gnuplot is not installed or fails, which a caller
/// should turn into a warning: a run is sound without its pictures.
enum class PlotFormat { svg, png };

/// Loss (left) and accuracy and macro F1 (right) against epoch, training and validation, with the best epoch marked.
/// @throws Error(usage) if there are no epochs.
std::string plot_curves(std::span<const EpochRow> history, std::optional<int> best_epoch, const std::string& title,
                        PlotFormat format = PlotFormat::svg);

/// The confusion matrix as a heat map, a row per reference class: each cell has its count and its share of the row
/// in percent, and is coloured by that share on a scale (a cube root) that shows rare confusions.
/// `title` should name the data set and the protocol.
std::string plot_confusion(const ClassificationMetrics& metrics, const std::string& title,
                           PlotFormat format = PlotFormat::svg);

/// A class and its curve, see threshold_curve.
struct ClassThresholds {
  std::string name;
  ThresholdCurve curve;
};

/// Sensitivity against 1 - specificity (ROC, left) and positive predictivity against sensitivity (right), a curve for
/// each class that the test has beats of, with its area and its average precision.
std::string plot_thresholds(std::span<const ClassThresholds> classes, const std::string& title,
                            PlotFormat format = PlotFormat::svg);

/// A test beat that was put into a wrong class.
struct Misclassification {
  std::uint32_t row = 0;  ///< of the set
  std::string record;
  std::int64_t sample = 0;
  std::string reference, predicted;
  double probability = 0;  ///< of the class that it was put into
};

/// The beats themselves, six in a line, each with its record, its sample, both classes and the probability.
std::string plot_misclassifications(const BeatSet& set, std::span<const Misclassification> mistakes,
                                    const std::string& title, PlotFormat format = PlotFormat::svg);

}  // namespace beatbench
