#include "benchmarking/measure.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <numeric>
#include <optional>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/text.h"
#include "beatbench/models/predict.h"
#include "beatbench/recordings/hdf5/tracings.h"
#include "cli/data_options.h"
#include "cli/progress.h"
#include "runs/seen_recordings.h"
#include "runs/stored_split.h"

namespace beatbench::cli {
namespace {

namespace fs = std::filesystem;
using BenchmarkClock = std::chrono::steady_clock;

constexpr int kWarmUpRuns = 20;

double elapsed(BenchmarkClock::time_point start) {
  return std::chrono::duration<double>(BenchmarkClock::now() - start).count();
}

bool is_record_folder(const fs::path& folder) {
  bool headers = fs::exists(folder / "RECORDS"), annotations = false;
  for (const auto& entry : fs::directory_iterator(folder)) {
    headers = headers || entry.path().extension() == ".hea";
    annotations = annotations || entry.path().extension() == ".atr";
  }
  return headers && (annotations || is_recording_folder(folder));
}

std::optional<DataForm> form_of(const fs::directory_entry& entry) {
  if (entry.is_regular_file() && lower_extension(entry.path()) == ".csv") return DataForm::windows;
  if (entry.is_regular_file() && is_tracings_file(entry.path())) return DataForm::tracings;
  if (!entry.is_directory()) return std::nullopt;
  if (is_record_folder(entry.path()))
    return is_recording_folder(entry.path()) ? DataForm::recordings : DataForm::records;
  if (is_tracings_folder(entry.path())) return DataForm::tracings;
  return is_image_folder(entry.path()) ? std::optional(DataForm::images) : std::nullopt;
}

void add_datasets_in(const fs::path& folder, std::vector<FoundDataset>& found) {
  if (!fs::is_directory(folder)) return;
  const auto add = [&](const FoundDataset& one) {
    if (std::ranges::find(found, one.name, &FoundDataset::name) == found.end()) found.push_back(one);
  };
  for (const auto& entry : fs::directory_iterator(folder)) {
    const fs::path& path = entry.path();
    if (fs::exists(path / "ptbxl_database.csv")) {  // a data set at each rate
      if (fs::exists(path / "records500")) add({"ptbxl", path, DataForm::recordings, "ptbxl"});
      if (fs::exists(path / "records100")) add({"ptbxl_100hz", path, DataForm::recordings, "ptbxl_100hz"});
      continue;
    }
    const std::optional<DataForm> form = form_of(entry);
    const bool are_labels = form == DataForm::windows && (fs::exists(fs::path(path).replace_extension(".hdf5")) ||
                                                          fs::exists(fs::path(path).replace_extension(".h5")));
    if (!form || are_labels) continue;
    const std::string name = entry.is_regular_file() ? path.stem().string() : path.filename().string();
    add({name, path, *form});
  }
}

// Runs `work` for warm-up, 20 times or for `seconds`, then again and again for about `seconds`; the durations of the
// latter.
template <typename Work>
std::vector<double> repeat_timed(double seconds, std::size_t at_least, const Work& work) {
  const auto warm_up_start = BenchmarkClock::now();
  for (int i = 0; i < kWarmUpRuns && (i < 1 || elapsed(warm_up_start) < seconds); ++i) work();
  std::vector<double> durations;
  const auto start = BenchmarkClock::now();
  while (durations.size() < at_least || elapsed(start) < seconds) {
    stop_if_interrupted();
    const auto run_start = BenchmarkClock::now();
    work();
    durations.push_back(elapsed(run_start));
  }
  return durations;
}

std::vector<float> run_all(Engine& engine, const BeatSet& windows) {
  Progress progress("testing", 30.0);
  std::vector<std::uint32_t> rows(windows.size());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<float> logits;
  const std::size_t batch = evaluation_batch(windows);
  for (std::size_t first = 0; first < windows.size(); first += batch) {
    stop_if_interrupted();
    const std::size_t count = std::min(batch, windows.size() - first);
    const auto part = engine.run(inputs_of(windows, std::span(rows).subspan(first, count)), static_cast<int>(count));
    logits.insert(logits.end(), part.begin(), part.end());
    progress.update(static_cast<std::int64_t>(first + count), static_cast<std::int64_t>(windows.size()), "beats");
  }
  return logits;
}

}  // namespace

std::vector<FoundDataset> find_datasets(const fs::path& folder, std::span<const std::string> only) {
  std::vector<FoundDataset> found;
  if (const char* root = std::getenv("BEATBENCH_DATA")) add_datasets_in(root, found);
  add_datasets_in(folder, found);
  std::ranges::sort(found, {}, &FoundDataset::name);
  for (const std::string& name : only) {
    if (std::ranges::find(found, name, &FoundDataset::name) == found.end()) {
      throw Error(ErrorKind::usage, "--dataset",
                  "there is no data set '" + name + "'; found: " + (found.empty() ? "none" : names_of(found)));
    }
  }
  if (!only.empty())
    std::erase_if(found, [&](const FoundDataset& d) { return std::ranges::find(only, d.name) == only.end(); });
  return found;
}

std::vector<fs::path> find_models(const fs::path& place, bool quantized_only) {
  std::vector<fs::path> files;
  if (fs::is_regular_file(place)) files.push_back(place);
  if (fs::is_directory(place)) {
    for (const auto& entry : fs::directory_iterator(place)) {
      if (entry.is_regular_file() && find_engine(entry.path())) files.push_back(entry.path());
    }
  }
  if (files.empty())
    throw Error(ErrorKind::usage, place.string(),
                "holds no model file; make one with: convert runs/NAME --to torchscript --out " + place.string());
  if (quantized_only) std::erase_if(files, [](const fs::path& file) { return precision_of_file(file) == "float32"; });
  if (files.empty())
    throw Error(ErrorKind::usage, place.string(),
                "holds no int8 model, and --quantized-only is True; make one with: convert runs/NAME --to int8 --out " +
                    (fs::is_directory(place) ? place.string() : "models"));
  std::ranges::sort(files);
  return files;
}

namespace {

// What is known of prepared beats, and whether the model may have been trained on some of them. Returns whether they
// are the test part of the model's own split.
bool describe_prepared(const FoundDataset& found, const Database& database, const ModelDescription& description,
                       BenchmarkRows& rows) {
  rows.rows_used = "all beats of the " + std::string(found.form == DataForm::images ? "folder" : "file");
  if (!database.prepared) {
    rows.protocol = "as the data was made";
    rows.notes.push_back(found.name + ": whether the model was trained on these beats cannot be told");
    return false;
  }
  const PreparedData& prepared = *database.prepared;
  const Provenance& provenance = description.provenance;
  const bool own_test = prepared.part == "test" && prepared.split_hash == provenance.split_hash;
  rows.protocol = prepared.part == "all" ? "all beats of " + prepared.dataset
                                         : prepared.part + " part of " + prepared.dataset + ", " + prepared.protocol;
  rows.intra_patient = prepared.protocol.ends_with("(intra-patient)");
  const Preprocessing here = preprocessing_for(database, description.preprocessing);
  if (!(here == description.preprocessing)) {
    rows.notes.push_back(found.name + ": its beats were prepared otherwise than those that the model was trained on");
  }
  if (prepared.dataset_hash != provenance.source_hash || own_test) return own_test;
  rows.intra_patient = true;
  rows.notes.push_back(found.name +
                       ": made from the recordings that the model was trained on, by another split: beats " +
                       "of its training may be among these");
  return false;
}

}  // namespace

namespace {

// What the model has seen is left out where there is something else, and named. Of other data than its own
// (`is_other`), it is said what that means of the rest.
void leave_out_seen(const SeenThere& there, const Dataset& labels, bool is_other, LoadOptions& load,
                    BenchmarkRows& rows) {
  const UnseenRows unseen = without_seen(there, labels, load.only_beats ? *load.only_beats : labels.windows.rows);
  if (!unseen.note.empty()) rows.notes.push_back(unseen.note);
  if (unseen.all_seen) {
    rows.intra_patient = true;
    rows.protocol = unseen.claim;
    return;
  }
  if (!unseen.names.empty()) {
    load.only_beats = unseen.rows;
    rows.rows_used += " of recordings that the model has not seen";
  }
  if (!is_other) return;
  rows.protocol += "; " + unseen.claim;
  rows.notes.push_back(labels.name +
                       ": copies of recordings that were filtered, resampled or given noise are not known again");
}

}  // namespace

BenchmarkRows load_rows(const FoundDataset& found, const ModelDescription& description, int threads,
                        spdlog::logger& logger) {
  BenchmarkRows rows;
  const Database database =
      found.known.empty() ? open_database(found.path.string()) : open_database_as(found.known, found.path);
  const Provenance& provenance = description.provenance;
  const SeenIndex seen(provenance.seen.value_or(std::vector<SeenRecording>()));
  LoadOptions load;
  load.threads = threads;
  load.only_labels = true;
  load.seen = &seen;
  const Dataset labels = load_with_progress(database, description.preprocessing, load, logger);
  load.only_labels = false;
  load.seen = nullptr;
  rows.rows_used = "all beats";
  rows.protocol = "all beats of a database";
  const SeenThere there = seen_in(labels, database, provenance);
  if (there.is_known) rows.seen_records = there.names();
  if (const auto stored = rebuild_split(description, labels, database)) {
    load.only_beats = rows_at(stored->labels, stored->split.test);
    rows.rows_used = "test part of the model's own split";
    rows.protocol = stored->split.label();
    rows.intra_patient = stored->split.intra_patient;
    for (const std::string& note : stored->split.notes) rows.notes.push_back(found.name + ": " + note);
    leave_out_seen(seen_in(labels, database, provenance, /*beside_own=*/true), labels, false, load, rows);
  } else if (database.form == DataForm::images || database.form == DataForm::windows) {
    const bool is_own_test = describe_prepared(found, database, description, rows);
    if (there.is_known)
      leave_out_seen(seen_in(labels, database, provenance, is_own_test), labels, !is_own_test, load, rows);
  } else if (there.is_known) {
    leave_out_seen(there, labels, true, load, rows);
  } else {
    rows.protocol += "; whether the model was trained on its recordings is not known";
  }
  if (!there.is_known && database.name != provenance.dataset && share_subjects(database.name, provenance.dataset)) {
    rows.intra_patient = true;
    rows.protocol = "all recordings of the patients that the model was trained on a part of";
    rows.notes.push_back(found.name + ": patients of the model's training are among these");
  }
  if (!provenance.seen) {
    rows.notes.push_back(found.name + ": the model does not say which recordings trained it; these may be among them");
  }
  rows.dataset = load_with_progress(database, description.preprocessing, load, logger);
  constexpr std::size_t kTimedRecords = 16;
  rows.prepare_seconds_per_beat = time_preparation(database, description.preprocessing, kTimedRecords);
  return rows;
}

DatasetResult measure_dataset(Engine& engine, const BenchmarkRows& rows, double seconds_per_measurement) {
  const BeatSet& windows = rows.dataset.windows;
  std::vector<std::uint32_t> all(windows.size());
  std::iota(all.begin(), all.end(), 0U);
  const Preprocessing& preprocessing = engine.description().preprocessing;
  const int outputs = engine.description().shape.outputs;
  std::vector<float> probabilities = run_all(engine, windows);
  probabilities_of_logits(probabilities, outputs, preprocessing.multi_label);

  DatasetResult result;
  result.name = rows.dataset.name;
  result.content_hash = rows.dataset.hash;
  result.rows_used = rows.rows_used;
  result.protocol = rows.protocol;
  result.intra_patient = rows.intra_patient;
  result.seen_recordings = rows.seen_records;
  result.total = static_cast<std::int64_t>(windows.size());
  result.figures = evaluate_probabilities(windows, all, probabilities, preprocessing);
  if (!preprocessing.multi_label) {
    result.records = evaluate_by_record(labels_of(windows, all), predicted_labels(probabilities, outputs),
                                        records_of(windows, all), record_ids(windows), rows.dataset.class_names);
  }
  if (!rows.prepare_seconds_per_beat.empty())
    result.preprocessing_time = summarise_timing(rows.prepare_seconds_per_beat);
  const std::size_t some = std::min<std::size_t>(windows.size(), 1000);
  const std::vector<float> inputs = inputs_of(windows, std::span(all).first(some));
  std::size_t next = 0;
  result.inference_time = summarise_timing(repeat_timed(seconds_per_measurement, 100, [&] {
    engine.run(std::span(inputs).subspan(next * windows.input_size(), windows.input_size()), 1);
    next = (next + 1) % some;
  }));
  return result;
}

std::vector<Throughput> measure_throughput(Engine& engine, const BeatSet& windows, std::span<const int> batch_sizes,
                                           double seconds_per_measurement) {
  std::vector<Throughput> rows;
  for (const int batch : batch_sizes) {
    std::vector<std::uint32_t> chosen;
    for (int i = 0; i < batch; ++i)
      chosen.push_back(static_cast<std::uint32_t>(i) % static_cast<std::uint32_t>(windows.size()));
    const std::vector<float> values = inputs_of(windows, chosen);
    const Timing timing =
        summarise_timing(repeat_timed(seconds_per_measurement, 5, [&] { engine.run(values, batch); }));
    rows.push_back({batch, batch / timing.median_s});
  }
  return rows;
}

}  // namespace beatbench::cli
