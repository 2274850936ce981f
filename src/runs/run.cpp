#include "runs/run.h"

#include <cstdio>
#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/label_map.h"
#include "beatbench/core/text.h"
#include "beatbench/models/predict.h"
#include "cli/data_options.h"
#include "cli/progress.h"
#include "cli/session.h"
#include "runs/run_folder.h"
#include "runs/seen_recordings.h"

namespace beatbench::cli {
namespace {

namespace fs = std::filesystem;

SplitPart count_part(const BeatSet& windows, const std::vector<std::uint32_t>& rows,
                     const Preprocessing& preprocessing) {
  SplitPart part;
  part.n = static_cast<std::int64_t>(rows.size());
  part.per_class.assign(preprocessing.class_names.size(), 0);
  for (const std::uint32_t row : rows) {
    const std::uint64_t set = reference_classes(windows.rows[row], preprocessing);
    for (std::size_t c = 0; c < part.per_class.size(); ++c)
      part.per_class[c] += static_cast<std::int64_t>(set >> c & 1U);
  }
  return part;
}

ModelDescription describe(const RunOptions& run, const RunData& data, const Split& split,
                          const std::optional<Provenance>& begun_from) {
  const Dataset& dataset = data.dataset;
  ModelDescription d;
  d.model = run.model;
  d.options = resolve_options(find_model(run.model), run.model_options);
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
  return d;
}

// The beats of a run: all of them, or --max-windows drawn by their labels before any input is made.
Dataset load_beats(const RunOptions& run, const Database& database, const SeenIndex& begun_from, int threads,
                   spdlog::logger& logger) {
  LoadOptions load;
  load.strict = run.strict;
  load.threads = threads;
  load.seen = &begun_from;  // what recordings are known by is kept in the model, too
  if (run.max_windows > 0) {
    load.only_labels = true;
    const BeatSet labels = load_with_progress(database, run.preprocessing, load, logger).windows;
    load.only_labels = false;
    if (run.max_windows < labels.size())
      load.only_beats = rows_at(labels, draw_stratified(labels, run.max_windows, run.training.seed));
  }
  return load_with_progress(database, run.preprocessing, load, logger);
}

TrainingResult train_with_progress(const RunOptions& run, const Dataset& dataset, const Split& split,
                                   const ModelDescription& description, const fs::path& folder, bool resume,
                                   spdlog::logger& logger, const std::shared_ptr<Peers>& peers) {
  Progress progress("training", 30.0);
  std::vector<EpochRow> history;
  TrainingCallbacks callbacks;
  callbacks.should_stop = interrupted;
  callbacks.on_note = [&](const std::string& text) { logger.info("{}", text); };
  callbacks.on_warning = [&](const std::string& text) { logger.warn("{}", text); };
  if (!peers || peers->leads())
    callbacks.on_step = [&](const StepProgress& p) {
      char detail[160];
      std::snprintf(detail, sizeof detail, "epoch %d/%d  loss %.4f  %.0f beats/s  %s left", p.epoch, p.epochs,
                    p.mean_loss, p.windows_per_second, clock_text(p.seconds_left).c_str());
      progress.update(p.step, p.steps, detail);
    };
  callbacks.on_epoch = [&](const EpochRow& row, bool best) {
    progress.clear();
    const std::string validation =
        row.validation_loss
            ? fmt::format("validation loss {:.4f}, accuracy {:.2f} %, macro F1 {:.2f} %, ", *row.validation_loss,
                          100 * row.validation_accuracy.value_or(0), 100 * row.validation_macro_f1.value_or(0))
            : "";
    logger.info("epoch {}/{}: loss {:.4f}, {}{:.1f} s{}", row.epoch, run.training.epochs, row.train_loss.value_or(0),
                validation, row.seconds, best ? " (best)" : "");
  };
  return train_model(dataset.windows, split, description, run.training, folder / "checkpoints", resume, callbacks,
                     peers);
}

// The best weights on the test part.
TestedBeats test_model(BeatModel& model, const Dataset& dataset, const Split& split,
                       const ModelDescription& description) {
  const Preprocessing& preprocessing = description.preprocessing;
  TestedBeats tested;
  tested.rows = split.test;
  tested.probabilities = predict_logits(model, dataset.windows, split.test);
  probabilities_of_logits(tested.probabilities, description.shape.outputs, preprocessing.multi_label);
  tested.predicted = predicted_classes(tested.probabilities, preprocessing);
  for (const std::uint32_t row : split.test)
    tested.reference.push_back(reference_classes(dataset.windows.rows[row], preprocessing));
  return tested;
}

std::vector<TestedRecording> recordings_of(const Dataset& dataset, const TestedBeats& tested) {
  std::vector<TestedRecording> recordings;
  const std::size_t classes = dataset.class_names.size();
  for (std::size_t i = 0; i < tested.rows.size(); ++i) {
    const auto first = tested.probabilities.begin() + static_cast<std::ptrdiff_t>(i * classes);
    recordings.push_back({dataset.windows.records[dataset.windows.rows[tested.rows[i]].record].id,
                          tested.reference[i],
                          tested.predicted[i],
                          {first, first + static_cast<std::ptrdiff_t>(classes)}});
  }
  return recordings;
}

RunReport make_report(const Dataset& dataset, const Database& database, const Split& split,
                      const ModelDescription& description, const TrainingSummary& training, const TestedBeats& tested,
                      const Context& context) {
  RunReport report;
  report.model = description.model;
  report.intra_patient = split.intra_patient;
  report.preprocessing = description.preprocessing;
  report.provenance = description.provenance;
  report.train = count_part(dataset.windows, split.training, description.preprocessing);
  report.validation = count_part(dataset.windows, split.validation, description.preprocessing);
  report.test = count_part(dataset.windows, split.test, description.preprocessing);
  report.training = training;
  report.test_figures =
      evaluate_probabilities(dataset.windows, split.test, tested.probabilities, description.preprocessing);
  for (const auto& ranked : rank_by_class(tested.probabilities, tested.reference, dataset.class_names.size()))
    report.test_areas.push_back(threshold_areas(ranked));
  if (description.preprocessing.multi_label)
    report.test_recordings = recordings_of(dataset, tested);
  else
    report.test_records = evaluate_by_record(
        labels_of(dataset.windows, split.test), predicted_labels(tested.probabilities, description.shape.outputs),
        records_of(dataset.windows, split.test), record_ids(dataset.windows), dataset.class_names);
  if (!split.intra_patient) {
    for (const std::string& record : database.concentrated_records) {
      if (std::ranges::find(report.test_records, record, &RecordFigures::record) == report.test_records.end()) continue;
      const std::vector<std::string> left_out = {record};
      report.test_subsets.push_back({"without record " + record, pooled_figures(report.test_records, left_out)});
    }
  }
  report.notes = split.notes;
  if (description.preprocessing.of_recordings()) {
    std::string absent;
    for (std::size_t c = 0; c < dataset.class_names.size(); ++c) {
      const auto is_of = [&](const BeatRow& row) { return row.is_of(c); };
      if (std::ranges::none_of(dataset.windows.rows, is_of))
        absent += (absent.empty() ? "" : ", ") + dataset.class_names[c];
    }
    if (!absent.empty()) report.notes.push_back("no recording is stated to be of " + absent);
    if (dataset.annotations_left_out > 0)
      report.notes.push_back(std::to_string(dataset.annotations_left_out) +
                             " recordings without statements are left out");
  } else if (database.form == DataForm::records) {
    report.notes.push_back(std::to_string(dataset.windows.edge_windows) +
                           " windows cross a recording's edge (policy: " + description.preprocessing.edge + ")");
  } else if (!database.prepared) {
    report.notes.push_back("how the beats were prepared is not known: the model may not fit recordings");
  }
  report.context = context;
  return report;
}

// What was asked for on the command line although the beats are prepared already, in another way.
void refuse_settled(const Preprocessing& asked, const Preprocessing& settled, const std::string& data) {
  const nlohmann::json wanted = asked, usual = usual_preprocessing(asked.input), had = settled;
  for (const auto& [field, value] : wanted.items()) {
    if (value == usual.at(field) || value == had.at(field)) continue;
    throw Error(ErrorKind::usage, data,
                "its beats are prepared already, with " + field + " " + had.at(field).dump() + ", not " + value.dump() +
                    "; prepare them anew (convert dataset) or leave the option out");
  }
}

// The beats that are trained on beside those of the run's own data.
void add_extra(const RunOptions& run, RunData& data, int threads, spdlog::logger& logger) {
  const Database extra = open_database(run.extra_training);
  std::error_code ignored;
  if (fs::equivalent(extra.folder, data.database.folder, ignored))
    throw Error(ErrorKind::usage, "--extra-training", extra.name + " is of the same recordings as the data itself");
  const Preprocessing prepared = preprocessing_for(extra, run.preprocessing);
  refuse_settled(run.preprocessing, prepared, run.extra_training);
  std::vector<SeenRecording> own;
  for (const RecordName& record : data.dataset.windows.records)
    own.push_back({"", record.id, record.subject, "", record.blocks});
  const SeenIndex own_index(own);
  LoadOptions load;
  load.strict = run.strict;
  load.threads = threads;
  load.seen = &own_index;
  Dataset more = load_with_progress(extra, prepared, load, logger);
  if (more.class_names != data.dataset.class_names || more.source_hash == data.dataset.source_hash) {
    throw Error(ErrorKind::usage, "--extra-training", extra.name + " has other classes, or is the data itself");
  }
  for (RecordName& record : more.windows.records) {
    data.copies.push_back(std::move(record.seen));
    record.seen.clear();
  }
  join_beats(data.dataset.windows, more.windows, "extra:" + extra.name + "/",
             extra.shares_subjects_with(data.database));
  data.extra_name = more.name;
  data.extra_hash = more.hash;
  data.extra = extra;
}

// Records of --extra-training that hold stretches of recordings that are tested or chosen by.
std::set<std::uint32_t> copies_of_held_back(const RunData& data, const Split& split) {
  std::set<std::size_t> own;
  for (const auto* rows : {&split.validation, &split.test}) {
    for (const std::uint32_t row : *rows) own.insert(data.dataset.windows.rows[row].record);
  }
  std::set<std::uint32_t> copies;
  for (std::size_t i = 0; i < data.copies.size(); ++i) {
    const bool is_copy = std::ranges::any_of(data.copies[i], [&](std::size_t record) { return own.contains(record); });
    if (is_copy && !split.intra_patient) copies.insert(static_cast<std::uint32_t>(data.own_records + i));
  }
  return copies;
}

// The split of the run's own beats; all others are trained on.
Split split_of(const RunOptions& run, const RunData& data) {
  if (data.extra_name.empty()) return make_split(run.protocol, data.dataset.windows, data.database, run.split);
  const BeatSet& beats = data.dataset.windows;
  Split split = make_split(run.protocol, own_beats(data), data.database, run.split);
  const std::set<std::uint32_t> held_back = copies_of_held_back(data, split);
  std::size_t added = 0;
  for (std::size_t i = data.own_beats; i < beats.size(); ++i) {
    if (held_back.contains(beats.rows[i].record)) continue;
    split.training.push_back(static_cast<std::uint32_t>(i));
    ++added;
  }
  if (added == 0) {
    throw Error(ErrorKind::usage, "--extra-training",
                data.extra_name + " holds no other recordings than those of the validation and the test");
  }
  guard_against_leak(beats, split);
  if (!held_back.empty()) {
    std::vector<std::string> names;
    for (const std::uint32_t record : held_back) names.push_back(beats.records[record].id);
    split.notes.push_back("left out of training, because they are recordings of the validation or the test: " +
                          joined(names));
  }
  split.notes.push_back("trained on " + std::string(held_back.empty() ? "all " : "") + std::to_string(added) +
                        " beats of " + data.extra_name + " as well");
  return split;
}

bool holds_state(const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::recursive_directory_iterator(folder, ignored)) {
    if (entry.path().filename() == "last.pt") return true;
  }
  return false;
}

}  // namespace

namespace {

// What a training leaves that was killed before it had written its config.json, or an empty folder.
bool is_unbegun(const fs::path& folder) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return false;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    const std::string name = entry.path().filename().string();
    const bool is_empty_folder = name == "checkpoints" && fs::is_empty(entry.path(), ignored);
    if (name != "train.log" && !is_empty_folder && !is_temporary_name(name)) return false;
  }
  return true;
}

}  // namespace

void refuse_existing(const fs::path& folder) {
  if (fs::exists(folder) && !is_unbegun(folder))
    throw Error(ErrorKind::usage, folder.string(), "already exists; choose another --out, or --resume it");
}

FileLock lock_run_folder(const fs::path& folder) {
  auto lock = FileLock::try_lock(folder);
  if (!lock) throw Error(ErrorKind::usage, folder.string(), "is being written by another training");
  return std::move(*lock);
}

FreshRunFolder::FreshRunFolder(fs::path folder) : folder_(std::move(folder)), made_(folder_) {
  if (!made_.is_new()) refuse_existing(folder_);
  try {
    lock_ = lock_run_folder(folder_);
  } catch (...) {
    made_.keep();  // another training is at it
    throw;
  }
}

FreshRunFolder::~FreshRunFolder() {
  if (holds_state(folder_)) return;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder_, ignored)) fs::remove_all(entry.path(), ignored);
  if (made_.is_new()) fs::remove_all(folder_, ignored);  // an empty folder of the user's own stays
}

void check_run(RunOptions& run) {
  run.model_options = resolve_options(find_model(run.model), run.model_options);
  const ModelSpec& spec = find_model(run.model);
  run.preprocessing.input = spec.input;
  if (run.preprocessing.context.empty() && !spec.context.empty()) {
    std::vector<std::string_view> names;
    split_cells(spec.context, ',', names);
    run.preprocessing.context.assign(names.begin(), names.end());
  }
  const bool own_classes = run.preprocessing.class_map == kOwnClasses;  // which only the data knows
  if (run.preprocessing.of_recordings())
    run.preprocessing.class_names = find_label_map(run.preprocessing.class_map).class_names();
  else if (!own_classes)
    run.preprocessing.class_names = find_class_map(run.preprocessing.class_map).class_names();
  run.split.seed = run.training.seed;
  validate(run.preprocessing);
  validate(run.split);
  validate(run.training);
  check_validation(run.training, run.split.validation_fraction > 0);
  if (!own_classes) Augmentation(run.training.augmentation, run.preprocessing);
  ModelShape shape = shape_of(run.preprocessing);
  shape.outputs = std::max(shape.outputs, 1);
  make_model(run.model, shape, run.model_options);
}

BeatSet own_beats(const RunData& data) {
  std::vector<std::uint32_t> own(data.own_beats);
  std::iota(own.begin(), own.end(), 0U);
  BeatSet beats = select_beats(data.dataset.windows, own);
  if (data.extra_name.empty()) return beats;
  beats.records.resize(data.own_records);
  return beats;
}

RunData load_run_data(RunOptions& run, const fs::path& resumed, int threads, spdlog::logger& logger) {
  RunData data{open_database(run.data), {}, 0, 0, "", ""};
  data.begun_from = provenance_of_start(run, resumed);
  const SeenIndex begun_from(data.begun_from ? data.begun_from->seen.value_or(std::vector<SeenRecording>())
                                             : std::vector<SeenRecording>());
  refuse_settled(run.preprocessing, preprocessing_for(data.database, run.preprocessing), run.data);
  run.preprocessing = preprocessing_for(data.database, run.preprocessing);
  data.dataset = load_beats(run, data.database, begun_from, threads, logger);
  run.preprocessing.class_names = data.dataset.class_names;
  data.own_beats = data.dataset.windows.size();
  data.own_records = data.dataset.windows.records.size();
  if (!run.extra_training.empty()) add_extra(run, data, threads, logger);
  return data;
}

std::optional<RunReport> train_run(const RunOptions& run, const RunData& data, const fs::path& folder,
                                   const fs::path& to_resume, bool resume, const Context& context,
                                   spdlog::logger& logger, const std::shared_ptr<Peers>& peers) {
  const Dataset& dataset = data.dataset;
  const Split split = split_of(run, data);
  for (const std::string& note : split.notes) logger.info("{}: {}", split.label(), note);
  logger.info("{} beats for training, {} for validation, {} for the test", split.training.size(),
              split.validation.size(), split.test.size());
  ModelDescription description = describe(run, data, split, data.begun_from);
  if (!data.extra_hash.empty()) description.provenance.configuration["extra_training_hash"] = data.extra_hash;
  if (data.begun_from) {
    description.provenance.configuration["begun_from"] = {{"dataset", data.begun_from->dataset},
                                                          {"protocol", data.begun_from->protocol}};
  }

  if (peers && !peers->leads()) {
    if (train_with_progress(run, dataset, split, description, folder, resume, logger, peers).interrupted)
      throw Interrupted();  // whichever of them was told to stop
    return std::nullopt;
  }
  std::optional<FreshRunFolder> fresh;
  FileLock lock;
  if (resume)
    lock = lock_run_folder(folder);
  else
    fresh.emplace(folder);
  const MadeFolder checkpoints(folder / "checkpoints");
  remove_leftovers(folder);
  log_to_file(logger, folder / "train.log");
  if (!resume) write_file_atomically(folder / "config.json", run_options_json(run).dump(2) + "\n");
  if (run.training.augmentation.any()) {
    const Augmentation augmentation(run.training.augmentation, run.preprocessing);
    write_file_atomically(folder / "augmentation.png",
                          augmentation_page(augmentation, dataset.windows, split.training, run.training.seed));
  }
  const TrainingResult result = train_with_progress(run, dataset, split, description, folder, resume, logger, peers);
  write_log_csv(folder, result.summary.history);
  if (result.interrupted) {
    logger.warn("interrupted after {} whole epochs; to go on: train --resume {}", result.summary.epochs_run,
                to_resume.string());
    return std::nullopt;
  }
  const Checkpoint best = load_checkpoint(folder);
  const TestedBeats tested = test_model(*best.model, dataset, split, description);
  RunReport report = make_report(dataset, data.database, split, description, result.summary, tested, context);
  report.parameters = parameter_count(*best.model);
  const std::set<std::uint64_t> predicted(tested.predicted.begin(), tested.predicted.end());
  const std::set<std::uint64_t> reference(tested.reference.begin(), tested.reference.end());
  if (predicted.size() == 1 && reference.size() > 1) {
    report.notes.push_back("the model says " + names_in(*predicted.begin(), dataset.class_names) +
                           " of every input of the test: it has learned nothing that tells classes apart");
    logger.warn("{}", report.notes.back());
  }
  if (!run.training.init_from.empty()) report.notes.push_back(transfer_note(run, data, split));
  const std::string warning = write_pictures(folder, report, dataset.windows, tested);
  if (!warning.empty()) logger.warn("{}", warning);
  write_report(folder, report);  // last: where it stands, the run is finished
  return report;
}

}  // namespace beatbench::cli
