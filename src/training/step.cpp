#include <algorithm>
#include <cmath>

#include "beatbench/core/error.h"
#include "beatbench/core/random.h"
#include "models/autocast.h"
#include "models/batch.h"
#include "training/loss.h"
#include "training/optimizer.h"
#include "training/schedule.h"
#include "training/trainer.h"
#include "training/transfer.h"

namespace beatbench {
namespace {

// What a process's shard of a batch weighs in the loss: the mean over all of a batch is the sum of the shards' means by
// this, over what they weigh together.
double weight_of_shard(const Trainer& t, const Batch& batch) {
  if (!batch.counts) return 0;
  if (batch.weights.defined()) return batch.weights.sum().item<double>();
  const bool by_class = t.class_weights.defined() && !t.description.preprocessing.multi_label;
  return by_class ? t.class_weights.cpu().index({batch.targets}).sum().item<double>()
                  : static_cast<double>(batch.count);
}

}  // namespace

Shard shard_of(const Trainer& t, std::size_t size) {
  if (!t.group) return {0, size};
  const auto rank = static_cast<std::size_t>(t.group->rank()), processes = static_cast<std::size_t>(t.group->count());
  if (size < 2 * processes) return rank == 0 ? Shard{0, size} : Shard{0, std::min<std::size_t>(size, 2), false};
  const std::size_t first = size * rank / processes, end = size * (rank + 1) / processes;
  return {first, end - first};
}

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
    const std::size_t each = t.windows.shape.input_size();
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

}  // namespace beatbench
