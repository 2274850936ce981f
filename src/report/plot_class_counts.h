#pragma once

#include <string>

#include "beatbench/report/plots.h"

namespace beatbench {

/// The confusion matrix of each class by itself, a row for each, of inputs that may be of several classes: counts, and
/// their share of the inputs that are, or are not, of the class.
std::string plot_class_counts(const ClassificationMetrics& metrics, const std::string& title, PlotFormat format);

}  // namespace beatbench
