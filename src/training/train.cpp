#include "training/train.h"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/random.h"
#include "beatbench/evaluation/classification.h"
#include "beatbench/evaluation/predictions.h"
#include "models/autocast.h"
#include "models/batch.h"
#include "models/checkpoint_io.h"
#include "models/device_images.h"
#include "models/model.h"
#include "models/predict.h"
#include "runtime/saved_states.h"
#include "training/device.h"
#include "training/loader.h"
#include "training/loss.h"
#include "training/optimizer.h"
#include "training/process_group.h"
#include "training/sampler.h"
#include "training/schedule.h"
#include "training/state.h"
#include "training/transfer.h"

namespace beatbench {
namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

struct Trainer {
  const BeatSet& windows;
  const Split& split;
  const ModelDescription& description;
  const TrainingOptions& options;
  const std::filesystem::path& checkpoints;
  const TrainingCallbacks& callbacks;

  TrainingProcessGroup* group = nullptr;  // nullptr: alone

  Augmentation augmentation = {};
  std::vector<Example> examples = {};   // of an epoch
  std::vector<float> row_weights = {};  // in the loss; empty: all alike
  torch::Device device{torch::kCPU};
  bool bf16 = false;
  std::optional<DeviceImages> images = {};  // where the device keeps them
  std::shared_ptr<BeatModel> model = {};
  std::unique_ptr<torch::optim::Optimizer> optimizer = {};
  torch::Tensor class_weights = {};  // [outputs], see batch_loss; undefined: all alike
  TrainingState state = {};
  std::int64_t windows_done = 0;  // in this call
  double training_seconds = 0;    // in this call, validation not counted
  double last_loss = 0;           // mean over this process's shard of the last batch

  bool is_main() const { return !group || group->is_main(); }
  std::int64_t steps_per_epoch() const {
    return (static_cast<std::int64_t>(examples.size()) + options.batch_size - 1) / options.batch_size;
  }
};

void write_state(const Trainer& t, const TrainingState& state, const std::filesystem::path& file) {
  save_checkpoint(file, t.description, *t.model, [&](torch::serialize::OutputArchive& archive) {
    torch::serialize::OutputArchive optimizer(archive.compilation_unit());
    t.optimizer->save(optimizer);
    archive.write("optimizer", optimizer);
    archive.write("state", c10::IValue(state_json(state).dump()));
  });
}

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

void note(const Trainer& t, const std::string& text) {
  if (t.callbacks.on_note) t.callbacks.on_note(text);
}

// Images that a device has room for stay there. They are sent before the model: where both do not fit, --device cpu
// does.
void settle_on_device(Trainer& t) {
  const std::string device = resolve_device(t.options.device);
  t.device = torch::Device(device);
  t.bf16 = resolve_amp(t.options.amp, device, t.description.model) == "bf16";
  if (!t.device.is_cuda()) return;
  if (t.group)
    throw Error(ErrorKind::unsupported, "--device", "several processes train on the CPU alone; use --device cpu");
  use_fast_products_on_cuda();
  if (t.windows.pixels.empty()) return;
  try {
    t.images.emplace(t.windows, t.device);
  } catch (const c10::OutOfMemoryError&) {
    note(t, "the device has no room for all images; they are sent to it batch by batch");
  }
}

// Fixes what is to be fixed, and makes the optimiser of the rest: weights that were loaded are a group of their own.
void prepare_weights(Trainer& t) {
  t.model->to(t.device);
  freeze_layers(*t.model, t.options.transfer.freeze_layers);
  std::vector<torch::Tensor> others, loaded;
  for (const auto& parameter : t.model->named_parameters()) {
    const bool was_loaded = std::ranges::find(t.state.loaded, parameter.key()) != t.state.loaded.end();
    (was_loaded ? loaded : others).push_back(parameter.value());
  }
  t.optimizer = make_optimizer(t.options, others, loaded);
}

void load_weights(Trainer& t) {
  const Checkpoint from = load_checkpoint(t.options.transfer.init_from);
  const LoadedWeights weights = load_what_fits(*t.model, *from.model, t.options.transfer.new_head);
  if (weights.loaded.empty()) {
    throw Error(ErrorKind::usage, t.options.transfer.init_from,
                "is of model " + from.description.model + " and has no weight that fits " + t.description.model);
  }
  t.state.loaded = weights.loaded;
  note(t, std::to_string(weights.loaded.size()) + " of " + std::to_string(weights.loaded.size() + weights.left.size()) +
              " weights are those of " + t.options.transfer.init_from + " (" + from.description.model + " on " +
              from.description.provenance.dataset + ")");
  for (const std::string& text : weights.left) note(t, "new weight " + text);
}

void start_fresh(Trainer& t) {
  torch::manual_seed(derive_seed(t.options.seed, 0x696e6974));
  t.model = make_model(t.description.model, t.description.shape, t.description.options);
  if (!t.options.transfer.init_from.empty()) load_weights(t);
  prepare_weights(t);
  const std::vector<std::string> layers = layers_of(*t.model);
  for (int i = 0; i < t.options.transfer.freeze_layers; ++i)
    note(t, "layer " + layers[static_cast<std::size_t>(i)] + " is fixed");
}

void start_from_state(Trainer& t, const std::filesystem::path& file) {
  torch::serialize::InputArchive optimizer;
  const Checkpoint found = load_checkpoint(file, [&](torch::serialize::InputArchive& archive) {
    c10::IValue text;
    if (!archive.try_read("state", text) || !archive.try_read("optimizer", optimizer)) {
      throw Error(ErrorKind::data, file.string(), "holds no training state to go on from");
    }
    t.state = state_from_json(nlohmann::json::parse(text.toStringRef()));
  });
  t.model = found.model;
  prepare_weights(t);
  t.optimizer->load(optimizer);
  const Provenance &before = found.description.provenance, &now = t.description.provenance;
  const auto extra = [](const Provenance& p) {
    return p.configuration.is_object() ? p.configuration.value("extra_training_hash", "") : std::string();
  };
  if (before.dataset_hash != now.dataset_hash || before.split_hash != now.split_hash || extra(before) != extra(now)) {
    throw Error(ErrorKind::unsupported, file.string(),
                "cannot go on: the data of " + now.dataset + " or its split is not what the run began with");
  }
}

// From the newest state that is whole; from the start where none was saved yet.
void start_again(Trainer& t) {
  remove_leftovers(t.checkpoints);
  const std::vector<std::filesystem::path> states = saved_states(t.checkpoints);
  if (states.empty()) start_fresh(t);
  for (std::size_t i = 0; i < states.size(); ++i) {
    try {
      start_from_state(t, states[i]);
      return;
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::data || i + 1 == states.size()) throw;
      if (t.callbacks.on_warning) {
        t.callbacks.on_warning(std::string(error.what()) + "; going on from " + states[i + 1].string());
      }
    }
  }
}

std::filesystem::path temporary_place() { return std::filesystem::temp_directory_path() / "beatbench-peer"; }

// The main process begins, anew or again, and the others take its weights, optimiser and state.
void begin_together(Trainer& t, bool resume) {
  std::string bytes;
  if (t.is_main()) {
    resume ? start_again(t) : start_fresh(t);
    if (!t.group) return;
    const AtomicFolder folder(temporary_place());  // is never committed
    write_state(t, t.state, folder.temporary() / "state.pt");
    bytes = read_text_file(folder.temporary() / "state.pt");
  }
  bytes = t.group->share(bytes);
  if (!t.is_main()) {
    const AtomicFolder folder(temporary_place());
    write_file(folder.temporary() / "state.pt", bytes);
    start_from_state(t, folder.temporary() / "state.pt");
    t.state.loss_sum = 0;
    t.state.correct = 0;
  }
  t.group->average_gradients(t.model->parameters());
}

// The part of a batch that is this process's: rows [first, first + count) of `size`. A batch norm needs two rows: of a
// batch that has not two for each, the first process takes all, and the others two with no weight.
struct Shard {
  std::size_t first = 0, count = 0;
  bool counts = true;
};

Shard shard_of(const Trainer& t, std::size_t size) {
  if (!t.group) return {0, size};
  const auto rank = static_cast<std::size_t>(t.group->rank()), processes = static_cast<std::size_t>(t.group->count());
  if (size < 2 * processes) return rank == 0 ? Shard{0, size} : Shard{0, std::min<std::size_t>(size, 2), false};
  const std::size_t first = size * rank / processes, end = size * (rank + 1) / processes;
  return {first, end - first};
}

// Batch `number` of the epoch under way, or this process's shard of it.
Batch make_batch(const Trainer& t, std::span<const Example> order, int epoch, std::int64_t number) {
  const auto first = static_cast<std::size_t>(number) * static_cast<std::size_t>(t.options.batch_size);
  const std::size_t size = std::min<std::size_t>(static_cast<std::size_t>(t.options.batch_size), order.size() - first);
  const Shard shard = shard_of(t, size);
  const auto part = order.subspan(first + shard.first, shard.count);
  std::vector<std::uint32_t> rows;
  for (const Example& example : part) rows.push_back(example.row);
  const Preprocessing& preprocessing = t.description.preprocessing;
  Batch batch;
  batch.targets = gather_targets(t.windows, rows, preprocessing.multi_label, t.description.shape.outputs);
  batch.count = static_cast<std::int64_t>(rows.size());
  batch.counts = shard.counts;
  batch.size_in_all = static_cast<std::int64_t>(size);
  const std::uint64_t stream = derive_seed(t.options.seed, 0x617567, static_cast<std::uint64_t>(epoch));
  const auto seed_of = [&](std::size_t i) { return derive_seed(stream, first + shard.first + i); };
  if (t.images) {
    for (std::size_t i = 0; i < part.size(); ++i)
      batch.crops.push_back(t.augmentation.crop_of(t.windows, part[i].row, part[i].variant, seed_of(i)));
  } else {
    batch.inputs = gather_inputs(t.windows, rows);
    const std::span<float> inputs(batch.inputs.data_ptr<float>(), static_cast<std::size_t>(batch.inputs.numel()));
    const std::size_t each = t.windows.input_size();
    for (std::size_t i = 0; i < part.size() && t.options.augmentation.any(); ++i)
      t.augmentation.apply(t.windows, part[i].row, part[i].variant, seed_of(i), inputs.subspan(i * each, each));
    if (t.device.is_cuda()) batch.inputs = batch.inputs.pin_memory();
  }
  if (!t.row_weights.empty()) {
    batch.weights = torch::empty({batch.count});
    std::ranges::transform(rows, batch.weights.data_ptr<float>(),
                           [&](std::uint32_t row) { return t.row_weights[row]; });
  }
  batch.rows = std::move(rows);
  return batch;
}

// What a process's shard of a batch weighs in the loss: the mean over all of a batch is the sum of the shards' means by
// this, over what they weigh together.
double weight_of_shard(const Trainer& t, const Batch& batch) {
  if (!batch.counts) return 0;
  if (batch.weights.defined()) return batch.weights.sum().item<double>();
  const bool by_class = t.class_weights.defined() && !t.description.preprocessing.multi_label;
  return by_class ? t.class_weights.cpu().index({batch.targets}).sum().item<double>()
                  : static_cast<double>(batch.count);
}

// One forward, backward and update. Returns the summed loss of the batch.
double run_step(Trainer& t, const Batch& batch) {
  const std::uint64_t stream = t.group ? derive_seed(t.options.seed, static_cast<std::uint64_t>(t.group->rank()))
                                       : t.options.seed;  // others drop other activations
  torch::manual_seed(
      derive_seed(stream, static_cast<std::uint64_t>(t.state.epoch), static_cast<std::uint64_t>(t.state.step) + 1));
  set_learning_rate(*t.optimizer, t.options,
                    learning_rate_at(t.options, t.state.history, t.state.epoch, t.state.step, t.steps_per_epoch()));
  train_but_frozen(*t.model, t.options.transfer.freeze_layers);
  t.optimizer->zero_grad();
  const torch::Tensor targets = batch.targets.to(t.device);
  torch::Tensor logits;
  {
    const Bfloat16Autocast autocast(t.bf16, t.device);
    logits = t.model->forward(t.images ? t.images->gather(batch.rows, batch.crops)
                                       : batch.inputs.to(t.device, /*non_blocking=*/true));
  }
  const torch::Tensor weights = batch.weights.defined() ? batch.weights.to(t.device) : torch::Tensor();
  const torch::Tensor loss =
      batch_loss(logits.to(torch::kFloat), targets, weights, t.class_weights, t.options.loss.label_smoothing);
  double share = 1;  // of this process in the batch's mean loss
  if (t.group) {
    const double own = weight_of_shard(t, batch);
    torch::Tensor all = torch::full({1}, own, torch::kDouble);
    t.group->sum(all);
    share = own / std::max(all.item<double>(), 1e-12);
    t.group->backward(loss * (share * t.group->count()));
  } else {
    loss.backward();
  }
  if (t.options.optimizer.clip_norm > 0)
    torch::nn::utils::clip_grad_norm_(t.model->parameters(), t.options.optimizer.clip_norm);
  t.optimizer->step();
  if (t.group) average_buffers(*t.group, *t.model);  // so that the first one's state is that of all
  const double value = loss.item<double>();
  if (!std::isfinite(value)) {
    throw Error(ErrorKind::data, "training",
                "the loss is no longer finite in epoch " + std::to_string(t.state.epoch) + ", step " +
                    std::to_string(t.state.step + 1) + "; a smaller --learning-rate or --clip-norm 1 may help");
  }
  t.last_loss = value;
  if (!batch.counts) return 0;
  t.state.correct += count_correct(logits, targets);
  return value * share * static_cast<double>(batch.size_in_all);
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
