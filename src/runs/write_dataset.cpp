#include "runs/write_dataset.h"

#include <functional>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/system_info.h"
#include "beatbench/data/dataset.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/simulation/simdb.h"
#include "beatbench/simulation/simdb12.h"
#include "runs/load.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

constexpr double kPlainSeconds = 5;

// Records whose images are in memory at a time: 150 MB of mitdb's.
constexpr std::size_t kRecordsAtOnce = 4;

// Writes `count` records; `write` makes and writes one, and returns its name.
std::string write_simulated(const fs::path& out, int count, const Listener& listener,
                            const std::function<std::string(int, const fs::path&)>& write) {
  AtomicFolder folder(out);
  std::string list;
  for (int i = 0; i < count; ++i) {
    listener.stop_if_told();
    list += write(i, folder.temporary()) + "\n";
    listener.progress({"simulating", i + 1, count, "records", kPlainSeconds});
  }
  write_file_atomically(folder.temporary() / "RECORDS", list);
  folder.commit();
  return std::to_string(count) + " simulated records";
}

std::string write_simdb(const DatasetRequest& arguments, const fs::path& out, const Listener& listener) {
  SimulationOptions simulation;
  simulation.seed = arguments.seed;
  simulation.records = arguments.records.value_or(simulation.records);
  simulation.duration_s = arguments.duration_s.value_or(simulation.duration_s);
  return write_simulated(out, simulation.records, listener, [&](int i, const fs::path& folder) {
    const Record record = simulate_record(simulation, i);
    write_record(record, folder);
    return record.id;
  });
}

std::string write_simdb12(const DatasetRequest& arguments, const fs::path& out, const Listener& listener) {
  constexpr int kFormat = 16;
  Simulation12Options simulation;
  simulation.seed = arguments.seed;
  simulation.records = arguments.records.value_or(simulation.records);
  simulation.duration_s = arguments.duration_s.value_or(simulation.duration_s);
  return write_simulated(out, simulation.records, listener, [&](int i, const fs::path& folder) {
    const Record record = simulate_recording12(simulation, i);
    write_record(record, folder, kFormat, "");
    return record.id;
  });
}

// The beats of one part of a database, by their labels.
struct ChosenBeats {
  std::vector<BeatRow> rows;
  PreparedData prepared;
};

ChosenBeats choose_beats(const DatasetRequest& arguments, const Database& database, const Dataset& labels,
                         const Listener& listener) {
  ChosenBeats chosen;
  chosen.prepared.dataset = labels.name;
  chosen.prepared.dataset_hash = labels.hash;
  chosen.prepared.part = arguments.part;
  chosen.prepared.preprocessing = preprocessing_for(database, arguments.preprocessing);
  if (arguments.part == "all") {
    chosen.rows = labels.windows.rows;
    return chosen;
  }
  SplitOptions options = arguments.split;
  options.seed = arguments.seed;
  const Split split = make_split(arguments.protocol, labels.windows, database, options);
  for (const std::string& note : split.notes) listener.info(split.label() + ": " + note);
  chosen.prepared.protocol = split.label();
  chosen.prepared.split_hash = split.hash;
  const std::vector<std::uint32_t>& rows = arguments.part == "training"     ? split.training
                                           : arguments.part == "validation" ? split.validation
                                                                            : split.test;
  chosen.rows = rows_at(labels.windows, rows);
  return chosen;
}

void write_image_folder(const fs::path& out, const Database& database, const ChosenBeats& chosen,
                        const LoadOptions& options, const std::vector<std::string>& class_names,
                        const Listener& listener) {
  AtomicFolder folder(out);
  std::size_t done = 0;
  for (std::size_t first = 0; first < database.records.size(); first += kRecordsAtOnce) {
    listener.stop_if_told();
    LoadOptions load = options;
    load.only_beats.emplace();
    const std::size_t end = std::min(first + kRecordsAtOnce, database.records.size());
    for (std::size_t i = first; i < end; ++i) load.only_records.push_back(database.records[i]);
    for (BeatRow row : chosen.rows) {
      if (row.record < first || row.record >= end) continue;
      row.record -= static_cast<std::uint32_t>(first);
      load.only_beats->push_back(row);
    }
    if (load.only_beats->empty()) continue;
    const Dataset part = load_database(database, chosen.prepared.preprocessing, load);
    write_images(folder.temporary(), part.windows, class_names, options.threads);
    done += part.windows.size();
    listener.progress({"drawing", static_cast<std::int64_t>(done), static_cast<std::int64_t>(chosen.rows.size()),
                       "images", kPlainSeconds});
  }
  write_file_atomically(folder.temporary() / "beatbench.json", prepared_data_json(chosen.prepared, database));
  folder.commit();
}

void write_csv(const fs::path& out, const fs::path& description, const Database& database, const ChosenBeats& chosen,
               const LoadOptions& options, const Listener& listener) {
  LoadOptions load = options;
  load.only_beats = chosen.rows;
  const Dataset dataset = load_database(database, chosen.prepared.preprocessing, load);
  listener.stop_if_told();
  PreparedData prepared = chosen.prepared;
  for (const BeatRow& row : dataset.windows.rows) {
    const std::string& record = dataset.windows.records[row.record].id;
    if (prepared.windows_of.empty() || prepared.windows_of.back().record != record)
      prepared.windows_of.push_back({record, {}});
    prepared.windows_of.back().samples.push_back(row.sample);
  }
  const AtomicFolder work(out.string() + ".new");  // never takes that name: its files are moved out of it
  write_file(work.temporary() / description.filename(), prepared_data_json(prepared, database));
  write_labelled_csv(work.temporary() / out.filename(), dataset.windows, dataset.class_names);
  move_to_new_names(work.temporary(), out.parent_path());
}

void refuse_if_there(const fs::path& path) {
  if (fs::exists(path)) throw Error(ErrorKind::usage, path.string(), "already exists; choose another --out");
}

std::string write_beats(DatasetRequest arguments, const fs::path& out, const Listener& listener) {
  const bool images = arguments.format == "png";
  arguments.preprocessing.input = images ? "image" : "window";
  arguments.preprocessing.class_names = require_class_map(arguments.preprocessing.class_map).class_names();
  validate(arguments.preprocessing);
  validate(arguments.split);
  if (!images && lower_extension(out) != ".csv")
    throw Error(ErrorKind::usage, "--out", "'" + out.string() + "' must end in .csv");
  const fs::path description = fs::path(out).replace_extension(".json");
  refuse_if_there(out);
  if (!images) refuse_if_there(description);
  const Database database = open_database(arguments.name);
  if (database.form != DataForm::records) {
    throw Error(
        ErrorKind::usage, arguments.name,
        "holds beats that are prepared already, or recordings without annotated beats; annotated records are needed");
  }
  LoadOptions load;
  load.strict = arguments.strict;
  load.threads = arguments.threads > 0 ? arguments.threads : usable_processors();
  load.only_labels = true;
  const Dataset labels = load_and_tell(database, arguments.preprocessing, load, listener);
  load.only_labels = false;
  load.on_progress = [&](std::size_t, std::size_t) { listener.stop_if_told(); };
  const ChosenBeats chosen = choose_beats(arguments, database, labels, listener);
  if (images)
    write_image_folder(out, database, chosen, load, labels.class_names, listener);
  else
    write_csv(out, description, database, chosen, load, listener);
  return std::to_string(chosen.rows.size()) + (images ? " images of " : " windows of ") + database.name + " (" +
         (arguments.part == "all" ? "all beats" : arguments.part + ", " + chosen.prepared.protocol) + ")";
}

}  // namespace

WrittenDataset write_dataset(DatasetRequest a, const Listener& listener) {
  if (a.part.empty()) a.part = a.format == "csv" ? "test" : "all";
  fs::path out = a.out;
  if (a.out.empty()) {
    const fs::path whole = fs::absolute(a.name).lexically_normal();
    const std::string name = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
    out = fs::path("datasets") / (name + (a.format == "wfdb"  ? ""
                                          : a.format == "png" ? a.part == "all" ? "-png" : "-" + a.part + "-png"
                                                              : "-" + a.part + ".csv"));
  }
  if (a.format != "wfdb") return {out, write_beats(a, out, listener)};
  if (a.name == "simdb") return {out, write_simdb(a, out, listener)};
  if (a.name == "simdb12") return {out, write_simdb12(a, out, listener)};
  throw Error(
      ErrorKind::usage, "dataset",
      "'" + a.name + "' cannot be written as 'wfdb', only simdb and simdb12 can; there are also --to png and --to csv");
}

}  // namespace beatbench
