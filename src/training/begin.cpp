#include <algorithm>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/random.h"
#include "models/checkpoint_io.h"
#include "runtime/saved_states.h"
#include "training/device.h"
#include "training/optimizer.h"
#include "training/train.h"
#include "training/trainer.h"
#include "training/transfer.h"

namespace beatbench {
namespace {

void note(const Trainer& t, const std::string& text) {
  if (t.callbacks.on_note) t.callbacks.on_note(text);
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

}  // namespace

void write_state(const Trainer& t, const TrainingState& state, const std::filesystem::path& file) {
  save_checkpoint(file, t.description, *t.model, [&](torch::serialize::OutputArchive& archive) {
    torch::serialize::OutputArchive optimizer(archive.compilation_unit());
    t.optimizer->save(optimizer);
    archive.write("optimizer", optimizer);
    archive.write("state", c10::IValue(state_json(state).dump()));
  });
}

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

}  // namespace beatbench
