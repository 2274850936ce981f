#pragma once

#include <optional>
#include <string>
#include <vector>

namespace beatbench {

/// One epoch of training. A metric that was not measured is absent. Accuracy and F1 are fractions of 1.
struct EpochRow {
  int epoch = 0;  ///< from 1
  double learning_rate = 0;
  std::optional<double> train_loss;  ///< mean over the epoch's windows
  std::optional<double> train_accuracy;
  std::optional<double> validation_loss;
  std::optional<double> validation_accuracy;
  std::optional<double> validation_macro_f1;
  double seconds = 0;  ///< wall time, validation included
};

struct TrainingSummary {
  int epochs_run = 0;
  int best_epoch = 0;             ///< the epoch whose weights were tested, from 1
  double seconds = 0;             ///< wall time of the whole training
  double windows_per_second = 0;  ///< training windows only, validation not counted
  std::string stopped_by;         ///< for example "epochs", "early stopping", "interrupted"
  std::vector<EpochRow> history;
};

}  // namespace beatbench
