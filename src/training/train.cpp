#include "training/train.h"

#include <algorithm>
#include <chrono>

#include "beatbench/core/error.h"
#include "beatbench/evaluation/classification.h"
#include "beatbench/evaluation/predictions.h"
#include "models/batch.h"
#include "models/checkpoint_io.h"
#include "models/predict.h"
#include "runtime/saved_states.h"
#include "training/loader.h"
#include "training/loss.h"
#include "training/sampler.h"
#include "training/schedule.h"
#include "training/trainer.h"

namespace beatbench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// What each process has counted by itself becomes what all of them have; the main one keeps it.
void agree_with_others(Trainer& t) {
  if (!t.group) return;
  torch::Tensor counted = torch::tensor({t.state.loss_sum, static_cast<double>(t.state.correct)}, torch::kDouble);
  t.group->sum(counted);
  t.state.loss_sum = t.is_main() ? counted[0].item<double>() : 0.0;
  t.state.correct = t.is_main() ? static_cast<std::int64_t>(counted[1].item<double>()) : 0;
}

void save_last(Trainer& t, const Clock::time_point& start, const Clock::time_point& epoch_start) {
  agree_with_others(t);
  if (!t.is_main()) return;
  TrainingState state = t.state;
  state.seconds_before += seconds_since(start);
  state.epoch_seconds_before += state.step > 0 ? seconds_since(epoch_start) : 0.0;
  make_room_for_state(t.checkpoints, t.options.saving.keep_states);
  write_state(t, state, t.checkpoints / "last.pt");
}

void report_step(const Trainer& t) {
  if (!t.callbacks.on_step) return;
  const std::int64_t steps = t.steps_per_epoch();
  const auto seen =
      std::min<std::int64_t>(t.state.step * t.options.batch_size, static_cast<std::int64_t>(t.examples.size()));
  const double rate = static_cast<double>(t.windows_done) / std::max(t.training_seconds, 1e-9);
  const double left =
      static_cast<double>(t.examples.size()) * (t.options.epochs - t.state.epoch + 1) - static_cast<double>(seen);
  t.callbacks.on_step({t.state.epoch, t.options.epochs, t.state.step, steps,
                       t.group ? t.last_loss : t.state.loss_sum / static_cast<double>(std::max<std::int64_t>(seen, 1)),
                       rate, left / std::max(rate, 1e-9)});
}

// Each process works out its shard, and all get all.
std::vector<float> logits_of_validation(const Trainer& t) {
  const std::span<const std::uint32_t> rows = t.split.validation;
  if (!t.group) return predict_logits(*t.model, t.windows, rows, t.bf16);
  const Shard shard = shard_of(t, rows.size());
  std::vector<float> own;
  if (shard.counts) own = predict_logits(*t.model, t.windows, rows.subspan(shard.first, shard.count), t.bf16);
  const auto outputs = static_cast<std::size_t>(t.description.shape.outputs);
  std::vector<float> logits(rows.size() * outputs, 0.0F);
  std::ranges::copy(own, logits.begin() + static_cast<std::ptrdiff_t>(shard.first * outputs));
  torch::Tensor all = torch::from_blob(logits.data(), {static_cast<std::int64_t>(logits.size())});
  t.group->sum(all);
  return logits;
}

void validate_epoch(const Trainer& t, EpochRow& row) {
  std::vector<float> logits = logits_of_validation(t);
  const int outputs = t.description.shape.outputs;
  const bool multi_label = t.description.preprocessing.multi_label;
  const torch::Tensor scores =
      torch::from_blob(logits.data(), {static_cast<std::int64_t>(t.split.validation.size()), outputs});
  const torch::Tensor targets = gather_targets(t.windows, t.split.validation, multi_label, outputs);
  row.validation_loss = (multi_label ? torch::nn::functional::binary_cross_entropy_with_logits(scores, targets)
                                     : torch::nn::functional::cross_entropy(scores, targets))
                            .item<double>();
  probabilities_of_logits(logits, outputs, multi_label);
  const ClassificationMetrics metrics =
      evaluate_probabilities(t.windows, t.split.validation, logits, t.description.preprocessing);
  row.validation_accuracy = metrics.accuracy.value;
  row.validation_macro_f1 = metrics.macro_f1.value;
}

EpochRow metrics_of_epoch(Trainer& t) {
  agree_with_others(t);
  const auto n = static_cast<double>(t.examples.size());
  EpochRow row;
  row.epoch = t.state.epoch;
  row.learning_rate =
      learning_rate_at(t.options, t.state.history, t.state.epoch, t.steps_per_epoch() - 1, t.steps_per_epoch());
  row.train_loss = t.state.loss_sum / n;
  row.train_accuracy = static_cast<double>(t.state.correct) / n;
  if (!t.split.validation.empty()) validate_epoch(t, row);
  return row;
}

// Where one of the processes is told to stop, all do.
bool should_stop(const Trainer& t) {
  const bool own = t.callbacks.should_stop && t.callbacks.should_stop();
  if (!t.group) return own;
  torch::Tensor told = torch::full({1}, own ? 1.0 : 0.0);
  t.group->sum(told);
  return told.item<float>() > 0;
}

// Runs what is left of the epoch under way. False if the training was told to stop.
bool run_epoch(Trainer& t, const Clock::time_point& start, const Clock::time_point& epoch_start) {
  const std::vector<Example> order =
      epoch_order(t.windows, t.examples, t.options.sampling, t.options.seed, t.state.epoch);
  const std::int64_t steps = t.steps_per_epoch();
  BatchLoader loader([&, epoch = t.state.epoch](std::int64_t number) { return make_batch(t, order, epoch, number); },
                     t.state.step, steps, t.options.loader_threads);
  while (t.state.step < steps) {
    const auto step_start = Clock::now();
    const Batch batch = loader.next();
    t.state.loss_sum += run_step(t, batch);
    ++t.state.step;
    t.windows_done += batch.size_in_all;
    t.training_seconds += seconds_since(step_start);
    report_step(t);
    if (should_stop(t)) return false;
    const bool save = t.options.saving.every_steps > 0 && t.state.step % t.options.saving.every_steps == 0;
    if (save && t.state.step < steps) save_last(t, start, epoch_start);
  }
  return true;
}

void finish_epoch(Trainer& t, const Clock::time_point& epoch_start) {
  EpochRow row = metrics_of_epoch(t);
  row.seconds = t.state.epoch_seconds_before + seconds_since(epoch_start);
  t.state.history.push_back(row);
  const bool best = *best_epoch(t.options, t.state.history) + 1 == t.state.history.size();
  if (best && t.is_main()) save_checkpoint(t.checkpoints / "best.pt", t.description, *t.model);
  t.state.epoch += 1;
  t.state.step = 0;
  t.state.loss_sum = 0;
  t.state.correct = 0;
  t.state.epoch_seconds_before = 0;
  if (t.callbacks.on_epoch) t.callbacks.on_epoch(row, best);
}

}  // namespace

TrainingResult train_model(const TrainingRequest& request) {
  const BeatSet& windows = request.beats;
  const Split& split = request.split;
  const ModelDescription& description = request.description;
  const TrainingOptions& options = request.options;
  validate(options);
  check_validation(options, !split.validation.empty());
  if (description.preprocessing.multi_label && options.loss.record_weights != "none")
    throw Error(ErrorKind::usage, "--record-weights", "is for beats, of which a recording has many; use none");
  Trainer t{windows, split, description, options, request.checkpoints, request.callbacks};
  t.group = dynamic_cast<TrainingProcessGroup*>(request.group.get());
  settle_on_device(t);
  t.augmentation = Augmentation(options.augmentation, description.preprocessing);
  t.examples = make_examples(windows, split.training, t.augmentation);
  begin_together(t, request.resume);
  const std::vector<float> weights =
      loss_weights(windows, split.training, description.shape.outputs, options.loss.class_weights,
                   options.loss.largest_class_weight, description.preprocessing.multi_label);
  if (options.loss.record_weights != "none")
    t.row_weights = row_weights(windows, split.training, weights);
  else if (!weights.empty())
    t.class_weights = torch::tensor(weights).to(t.device);

  TrainingResult result;
  const auto start = Clock::now();
  while (t.state.epoch <= options.epochs && !should_stop_early(options, t.state.history)) {
    const auto epoch_start = Clock::now();
    if (!run_epoch(t, start, epoch_start)) {
      save_last(t, start, epoch_start);
      result.interrupted = true;
      break;
    }
    finish_epoch(t, epoch_start);
    save_last(t, start, epoch_start);
  }
  const auto best = best_epoch(options, t.state.history);
  result.summary.epochs_run = static_cast<int>(t.state.history.size());
  result.summary.best_epoch = best ? t.state.history[*best].epoch : 0;
  result.summary.seconds = t.state.seconds_before + seconds_since(start);
  result.summary.windows_per_second = static_cast<double>(t.windows_done) / std::max(t.training_seconds, 1e-9);
  result.summary.stopped_by = result.interrupted                            ? "interrupted"
                              : should_stop_early(options, t.state.history) ? "early stopping"
                                                                            : "epochs";
  result.summary.history = t.state.history;
  return result;
}

}  // namespace beatbench
