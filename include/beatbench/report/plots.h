#pragma once

#include <optional>
#include <span>
#include <string>

#include "beatbench/evaluation/classification.h"
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
std::string plot_confusion(const ClassificationFigures& figures, const std::string& title,
                           PlotFormat format = PlotFormat::svg);

}  // namespace beatbench
