#include "runs/run.h"

#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <set>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/text.h"
#include "beatbench/evaluation/predictions.h"
#include "beatbench/report/table.h"
#include "beatbench/runtime/torch_backend.h"
#include "beatbench/signal/features.h"
#include "runs/make_report.h"
#include "runs/run_folder.h"
#include "runs/seen_recordings.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

ModelDescription describe(const RunOptions& run, const RunData& data, const Split& split,
                          const std::optional<Provenance>& begun_from) {
  const Dataset& dataset = data.dataset;
  ModelDescription d;
  d.model = run.model;
  d.options = resolve_options(require_model(run.model), run.model_options);
  d.preprocessing = run.preprocessing;
  d.shape = shape_of(run.preprocessing);
  d.provenance = {.dataset = dataset.name,
                  .dataset_hash = dataset.hash,
                  .source_hash = dataset.source_hash,
                  .protocol = split.label(),
                  .split_hash = split.hash,
                  .seed = run.training.seed,
                  .commit = source_commit(),
                  .configuration = run_options_json(run),
                  .seen = recordings_seen_by(run, data, split, begun_from)};
  if (!data.extra_hash.empty()) d.provenance.configuration["extra_training_hash"] = data.extra_hash;
  if (begun_from) {
    d.provenance.configuration["begun_from"] = {{"dataset", begun_from->dataset}, {"protocol", begun_from->protocol}};
  }
  return d;
}

std::string step_text(const StepProgress& p) {
  std::array<char, 160> text;
  std::snprintf(text.data(), text.size(), "epoch %d/%d  loss %.4f  %.0f beats/s  %s left", p.epoch, p.epochs,
                p.mean_loss, p.windows_per_second, clock_text(p.seconds_left).c_str());
  return text.data();
}

std::string epoch_text(const EpochRow& row, int epochs, bool best) {
  std::array<char, 200> text;
  std::snprintf(text.data(), text.size(), "epoch %d/%d: loss %.4f, ", row.epoch, epochs, row.train_loss.value_or(0));
  std::string line = text.data();
  if (row.validation_loss) {
    std::snprintf(text.data(), text.size(), "validation loss %.4f, accuracy %.2f %%, macro F1 %.2f %%, ",
                  *row.validation_loss, 100 * row.validation_accuracy.value_or(0),
                  100 * row.validation_macro_f1.value_or(0));
    line += text.data();
  }
  std::snprintf(text.data(), text.size(), "%.1f s%s", row.seconds, best ? " (best)" : "");
  return line + text.data();
}

TrainingResult train(const RunRequest& request, const Split& split, const ModelDescription& description,
                     const Listener& listener) {
  TrainingCallbacks callbacks;
  callbacks.should_stop = [&] { return listener.is_told_to_stop(); };
  callbacks.on_note = [&](const std::string& text) { listener.info(text); };
  callbacks.on_warning = [&](const std::string& text) { listener.warn(text); };
  if (request.is_main())
    callbacks.on_step = [&](const StepProgress& p) {
      constexpr double plain_seconds = 30;
      listener.progress({"training", p.step, p.steps, step_text(p), plain_seconds});
    };
  callbacks.on_epoch = [&](const EpochRow& row, bool best) {
    listener.info(epoch_text(row, request.options.training.epochs, best));
  };
  return torch_backend().train({request.data.dataset.windows, split, description, request.options.training,
                                request.folder / "checkpoints", request.resume, callbacks, request.group});
}

// The best weights on the test part.
TestedBeats test_best(Engine& best, const BeatSet& beats, const Split& split) {
  const ModelDescription& description = best.description();
  const Preprocessing& preprocessing = description.preprocessing;
  TestedBeats tested;
  tested.rows = split.test;
  tested.probabilities = run_rows(best, beats, split.test);
  probabilities_of_logits(tested.probabilities, description.shape.outputs, preprocessing.multi_label);
  tested.predicted = predicted_classes(tested.probabilities, preprocessing);
  for (const std::uint32_t row : split.test)
    tested.reference.push_back(reference_classes(beats.rows[row], preprocessing));
  return tested;
}

// "": it says more than one thing, or there is but one to say.
std::string warning_of_one_answer(const TestedBeats& tested, const std::vector<std::string>& class_names) {
  const std::set<std::uint64_t> predicted(tested.predicted.begin(), tested.predicted.end());
  const std::set<std::uint64_t> reference(tested.reference.begin(), tested.reference.end());
  if (predicted.size() != 1 || reference.size() <= 1) return "";
  return "the model says " + names_in(*predicted.begin(), class_names) +
         " of every input of the test: it has learned nothing that tells classes apart";
}

void write_augmentation_page(const RunRequest& request, const Split& split) {
  const TrainingOptions& training = request.options.training;
  if (!training.augmentation.any()) return;
  const Augmentation augmentation(training.augmentation, request.options.preprocessing);
  write_file_atomically(request.folder / "augmentation.png",
                        augmentation_page(augmentation, request.data.dataset.windows, split.training, training.seed));
}

// Trains, tests and writes, in a folder that is there.
std::optional<RunReport> train_in_folder(const RunRequest& request, const Split& split,
                                         const ModelDescription& description, const Listener& listener) {
  const BeatSet& beats = request.data.dataset.windows;
  write_augmentation_page(request, split);
  const TrainingResult result = train(request, split, description, listener);
  write_log_csv(request.folder, result.summary.history);
  if (result.interrupted) {
    listener.warn("interrupted after " + std::to_string(result.summary.epochs_run) +
                  " whole epochs; to go on: train --resume " + request.to_resume.string());
    return std::nullopt;
  }
  const auto best = torch_backend().open_checkpoint(request.folder);
  const TestedBeats tested = test_best(*best, beats, split);
  ModelDescription counted = description;
  counted.parameters = best->description().parameters;
  RunReport report = make_report({request.data, split, counted, result.summary, tested, request.system});
  if (const std::string text = warning_of_one_answer(tested, description.preprocessing.class_names); !text.empty()) {
    report.notes.push_back(text);
    listener.warn(text);
  }
  if (!request.options.training.transfer.init_from.empty())
    report.notes.push_back(transfer_note(request.options, request.data, split));
  const std::string warning = write_pictures(request.folder, report, beats, tested);
  if (!warning.empty()) listener.warn(warning);
  write_report(request.folder, report);  // last: where it stands, the run is finished
  return report;
}

}  // namespace

std::optional<RunReport> train_run(const RunRequest& request, const Listener& listener) {
  const Split split = split_of(request.options, request.data);
  for (const std::string& note : split.notes) listener.info(split.label() + ": " + note);
  listener.info(std::to_string(split.training.size()) + " beats for training, " +
                std::to_string(split.validation.size()) + " for validation, " + std::to_string(split.test.size()) +
                " for the test");
  const ModelDescription description = describe(request.options, request.data, split, request.data.begun_from);
  if (!request.is_main()) {
    if (train(request, split, description, listener).interrupted)
      throw Interrupted();  // whichever of them was told to stop
    return std::nullopt;
  }
  std::optional<FreshRunFolder> fresh;
  FileLock lock;
  if (request.resume)
    lock = lock_run_folder(request.folder);
  else
    fresh.emplace(request.folder);
  const CreatedDirectory checkpoints(request.folder / "checkpoints");
  remove_leftovers(request.folder);
  if (request.on_folder) request.on_folder(request.folder);
  if (!request.resume)
    write_file_atomically(request.folder / "config.json", run_options_json(request.options).dump(2) + "\n");
  return train_in_folder(request, split, description, listener);
}

}  // namespace beatbench
