#include "training/schedule.h"

#include <cmath>
#include <limits>
#include <numbers>

namespace beatbench {
namespace {

// Larger is better.
double monitored(const TrainingOptions& options, const EpochRow& row) {
  constexpr double none = -std::numeric_limits<double>::infinity();
  if (options.selection.monitor == "last") return row.epoch;
  if (options.selection.monitor == "loss") return row.validation_loss ? -*row.validation_loss : none;
  if (options.selection.monitor == "accuracy") return row.validation_accuracy.value_or(none);
  return row.validation_macro_f1.value_or(none);
}

// How often the validation loss stood still for the patience: a drop starts the count anew.
int plateau_drops(const TrainingOptions& options, std::span<const EpochRow> history) {
  double best = std::numeric_limits<double>::infinity();
  int waited = 0, drops = 0;
  for (const EpochRow& row : history) {
    const double loss = row.validation_loss.value_or(std::numeric_limits<double>::infinity());
    if (loss < best) {
      best = loss;
      waited = 0;
    } else if (++waited >= options.schedule.plateau_patience) {
      ++drops;
      waited = 0;
    }
  }
  return drops;
}

}  // namespace

double learning_rate_at(const TrainingOptions& options, std::span<const EpochRow> history, int epoch, std::int64_t step,
                        std::int64_t steps) {
  const double done = (epoch - 1) + static_cast<double>(step) / static_cast<double>(steps);  // epochs so far
  if (done < options.schedule.warmup_epochs) {
    return options.optimizer.learning_rate * (done + 1.0 / static_cast<double>(steps)) / options.schedule.warmup_epochs;
  }
  if (options.schedule.name == "cosine") {
    const double share =
        (done - options.schedule.warmup_epochs) / std::max(options.epochs - options.schedule.warmup_epochs, 1e-9);
    return options.optimizer.learning_rate * 0.5 * (1.0 + std::cos(std::numbers::pi * share));
  }
  if (options.schedule.name == "step")
    return options.optimizer.learning_rate * std::pow(0.1, (epoch - 1) / options.schedule.step_epochs);
  if (options.schedule.name == "plateau")
    return options.optimizer.learning_rate * std::pow(0.1, plateau_drops(options, history));
  return options.optimizer.learning_rate;
}

std::optional<std::size_t> best_epoch(const TrainingOptions& options, std::span<const EpochRow> history) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < history.size(); ++i) {
    const double now = monitored(options, history[i]);
    const double then = best ? monitored(options, history[*best]) : now;
    const bool breaks_tie = best && now == then && history[i].validation_loss && history[*best].validation_loss &&
                            *history[i].validation_loss < *history[*best].validation_loss;
    if (!best || now > then || breaks_tie) best = i;
  }
  return best;
}

bool should_stop_early(const TrainingOptions& options, std::span<const EpochRow> history) {
  const auto best = best_epoch(options, history);
  return options.selection.patience > 0 && best &&
         history.size() - 1 - *best >= static_cast<std::size_t>(options.selection.patience);
}

}  // namespace beatbench
