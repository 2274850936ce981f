#include "runs/run_data.h"

#include <nlohmann/json.hpp>
#include <numeric>
#include <set>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/label_map.h"
#include "beatbench/core/text.h"
#include "beatbench/signal/features.h"
#include "runs/load.h"
#include "runs/seen_recordings.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

// The beats of a run: all of them, or --max-windows drawn by their labels before any input is made.
Dataset load_beats(const RunOptions& run, const Database& database, const SeenIndex& begun_from, int threads,
                   const Listener& listener) {
  LoadOptions load;
  load.strict = run.strict;
  load.threads = threads;
  load.seen = &begun_from;  // what recordings are known by is kept in the model, too
  if (run.max_windows > 0) {
    load.only_labels = true;
    const BeatSet labels = load_and_tell(database, run.preprocessing, load, listener).windows;
    load.only_labels = false;
    if (run.max_windows < labels.size())
      load.only_beats = rows_at(labels, draw_stratified(labels, run.max_windows, run.training.seed));
  }
  return load_and_tell(database, run.preprocessing, load, listener);
}

// What was asked for on the command line although the beats are prepared already, in another way.
void refuse_settled(const Preprocessing& asked, const Preprocessing& settled, const std::string& data) {
  const nlohmann::json wanted = asked, usual = default_preprocessing(asked.input), had = settled;
  for (const auto& [field, value] : wanted.items()) {
    if (value == usual.at(field) || value == had.at(field)) continue;
    throw Error(ErrorKind::usage, data,
                "its beats are prepared already, with " + field + " " + had.at(field).dump() + ", not " + value.dump() +
                    "; prepare them anew (convert dataset) or leave the option out");
  }
}

// The beats that are trained on beside those of the run's own data.
void add_extra(const RunOptions& run, RunData& data, int threads, const Listener& listener) {
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
  Dataset more = load_and_tell(extra, prepared, load, listener);
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

}  // namespace

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
  guard_against_split_overlap(beats, split);
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

void check_run(RunOptions& run) {
  run.model_options = resolve_options(require_model(run.model), run.model_options);
  const ModelSpec& spec = require_model(run.model);
  run.preprocessing.input = spec.input;
  if (run.preprocessing.features.empty() && !spec.features.empty()) {
    std::vector<std::string_view> names;
    split_cells(spec.features, ',', names);
    run.preprocessing.features.assign(names.begin(), names.end());
  }
  const bool own_classes = run.preprocessing.class_map == kOwnClasses;  // which only the data knows
  if (run.preprocessing.of_recordings())
    run.preprocessing.class_names = require_label_map(run.preprocessing.class_map).class_names();
  else if (!own_classes)
    run.preprocessing.class_names = require_class_map(run.preprocessing.class_map).class_names();
  run.split.seed = run.training.seed;
  validate(run.preprocessing);
  validate(run.split);
  validate(run.training);
  check_validation(run.training, run.split.validation_fraction > 0);
  if (!own_classes) Augmentation(run.training.augmentation, run.preprocessing);
  ModelShape shape = shape_of(run.preprocessing);
  shape.outputs = std::max(shape.outputs, 1);
  check_shape(spec, shape, run.model_options);
}

BeatSet own_beats(const RunData& data) {
  std::vector<std::uint32_t> own(data.own_beats);
  std::iota(own.begin(), own.end(), 0U);
  BeatSet beats = select_beats(data.dataset.windows, own);
  if (data.extra_name.empty()) return beats;
  beats.records.resize(data.own_records);
  return beats;
}

RunData load_run_data(RunOptions& run, const fs::path& resumed, int threads, const Listener& listener) {
  RunData data{open_database(run.data), {}, 0, 0, "", ""};
  data.begun_from = provenance_of_start(run, resumed);
  const SeenIndex begun_from(data.begun_from ? data.begun_from->seen.value_or(std::vector<SeenRecording>())
                                             : std::vector<SeenRecording>());
  refuse_settled(run.preprocessing, preprocessing_for(data.database, run.preprocessing), run.data);
  run.preprocessing = preprocessing_for(data.database, run.preprocessing);
  data.dataset = load_beats(run, data.database, begun_from, threads, listener);
  run.preprocessing.class_names = data.dataset.class_names;
  data.own_beats = data.dataset.windows.size();
  data.own_records = data.dataset.windows.records.size();
  if (!run.extra_training.empty()) add_extra(run, data, threads, listener);
  return data;
}

}  // namespace beatbench
