#include "cli/convert/dataset.h"

#include <cstdio>
#include <numeric>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/data/dataset.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "cli/data_options.h"
#include "cli/progress.h"
#include "cli/run_main.h"

namespace beatbench::cli {
namespace {

namespace fs = std::filesystem;

// Records whose images are in memory at a time: 150 MB of mitdb's.
constexpr std::size_t kRecordsAtOnce = 4;

// Writes `count` records; `write` makes and writes one, and returns its name.
int write_simulated(const fs::path& out, int count, const std::function<std::string(int, const fs::path&)>& write) {
  AtomicFolder folder(out);
  Progress progress("simulating", 5.0);
  std::string list;
  catch_interrupts();
  for (int i = 0; i < count; ++i) {
    stop_if_interrupted();
    list += write(i, folder.temporary()) + "\n";
    progress.update(i + 1, count, "records");
  }
  progress.clear();
  write_file_atomically(folder.temporary() / "RECORDS", list);
  folder.commit();
  std::printf("%s  %d simulated records\n", out.c_str(), count);
  return kSuccess;
}

int write_simdb(const DatasetArguments& arguments, const fs::path& out) {
  SimulationOptions simulation;
  simulation.seed = arguments.seed;
  simulation.records = arguments.records.value_or(simulation.records);
  simulation.duration_s = arguments.duration_s.value_or(simulation.duration_s);
  return write_simulated(out, simulation.records, [&](int i, const fs::path& folder) {
    const Record record = simulate_record(simulation, i);
    write_record(record, folder);
    return record.id;
  });
}

int write_simdb12(const DatasetArguments& arguments, const fs::path& out) {
  constexpr int kFormat = 16;
  Simulation12Options simulation;
  simulation.seed = arguments.seed;
  simulation.records = arguments.records.value_or(simulation.records);
  simulation.duration_s = arguments.duration_s.value_or(simulation.duration_s);
  return write_simulated(out, simulation.records, [&](int i, const fs::path& folder) {
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

ChosenBeats choose_beats(const DatasetArguments& arguments, const Database& database, const Dataset& labels,
                         spdlog::logger& logger) {
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
  for (const std::string& note : split.notes) logger.info("{}: {}", split.label(), note);
  chosen.prepared.protocol = split.label();
  chosen.prepared.split_hash = split.hash;
  const std::vector<std::uint32_t>& rows = arguments.part == "training"     ? split.training
                                           : arguments.part == "validation" ? split.validation
                                                                            : split.test;
  chosen.rows = rows_at(labels.windows, rows);
  return chosen;
}

void write_image_folder(const fs::path& out, const Database& database, const ChosenBeats& chosen,
                        const LoadOptions& options, const std::vector<std::string>& class_names) {
  AtomicFolder folder(out);
  Progress progress("drawing", 5.0);
  std::size_t done = 0;
  for (std::size_t first = 0; first < database.records.size(); first += kRecordsAtOnce) {
    stop_if_interrupted();
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
    progress.update(static_cast<std::int64_t>(done), static_cast<std::int64_t>(chosen.rows.size()), "images");
  }
  progress.clear();
  write_file_atomically(folder.temporary() / "beatbench.json", prepared_data_json(chosen.prepared, database));
  folder.commit();
}

void write_csv(const fs::path& out, const fs::path& description, const Database& database, const ChosenBeats& chosen,
               const LoadOptions& options) {
  LoadOptions load = options;
  load.only_beats = chosen.rows;
  const Dataset dataset = load_database(database, chosen.prepared.preprocessing, load);
  stop_if_interrupted();
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

int write_beats(DatasetArguments arguments, const fs::path& out, spdlog::logger& logger) {
  const bool images = arguments.format == "png";
  arguments.preprocessing.input = images ? "image" : "window";
  arguments.preprocessing.class_names = find_class_map(arguments.preprocessing.class_map).class_names();
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
  catch_interrupts();
  LoadOptions load;
  load.strict = arguments.strict;
  load.threads = start_context(arguments.threads, "cpu", logger).threads;
  load.only_labels = true;
  const Dataset labels = load_with_progress(database, arguments.preprocessing, load, logger);
  load.only_labels = false;
  load.on_progress = [](std::size_t, std::size_t) { stop_if_interrupted(); };
  const ChosenBeats chosen = choose_beats(arguments, database, labels, logger);
  if (images)
    write_image_folder(out, database, chosen, load, labels.class_names);
  else
    write_csv(out, description, database, chosen, load);
  std::printf("%s  %zu %s of %s (%s)\n", out.c_str(), chosen.rows.size(), images ? "images" : "windows",
              database.name.c_str(),
              arguments.part == "all" ? "all beats" : (arguments.part + ", " + chosen.prepared.protocol).c_str());
  return kSuccess;
}

}  // namespace

void declare_dataset_options(CLI::App& app, DatasetArguments& a) {
  app.add_option("name", a.name, names_of(database_registry()) + ", or a folder of WFDB records")
      ->capture_default_str();
  app.add_option("--to", a.format,
                 "wfdb: records of simdb or simdb12, made anew; png: a folder of images for each class; csv: windows, "
                 "class first")
      ->check(CLI::IsMember({"wfdb", "png", "csv"}))
      ->capture_default_str();
  app.add_option("--out", a.out,
                 "folder or file to make (default: datasets/NAME, datasets/NAME-png, datasets/NAME-PART.csv)");
  app.add_option("--seed", a.seed, "of the simulation, or of the split")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--records", a.records, "number of simulated patients (default: simdb 48, simdb12 600)")
      ->check(CLI::Range(1, 9999))
      ->group("Simulation");
  app.add_option("--duration", a.duration_s,
                 "of each simulated record in seconds (default: simdb 1805.556, simdb12 10)")
      ->check(CLI::Range(10.0, 86400.0))
      ->group("Simulation");
  app.add_option("--classes", a.preprocessing.class_map, names_of(class_maps()))->capture_default_str()->group("Beats");
  app.add_option("--part", a.part, "all (default for png), training, validation, test (default for csv)")
      ->check(CLI::IsMember({"all", "training", "validation", "test"}))
      ->group("Beats");
  std::vector<std::string> protocols;
  for (const ProtocolSpec& spec : protocol_registry()) protocols.emplace_back(spec.name);
  app.add_option("--protocol", a.protocol, names_of(protocol_registry()))
      ->check(CLI::IsMember(protocols))
      ->capture_default_str()
      ->group("Beats");
  declare_split(app, a.split, "Beats");
  app.add_flag("--strict", a.strict, "a wrong checksum is an error, not a warning")->group("Beats");
  app.add_option("--threads", a.threads, "0: one for each processor")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024));
  declare_preprocessing(app, a.preprocessing);
}

int convert_dataset(DatasetArguments a, spdlog::logger& logger) {
  if (a.part.empty()) a.part = a.format == "csv" ? "test" : "all";
  fs::path out = a.out;
  if (a.out.empty()) {
    const fs::path whole = fs::absolute(a.name).lexically_normal();
    const std::string name = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
    out = fs::path("datasets") / (name + (a.format == "wfdb"  ? ""
                                          : a.format == "png" ? a.part == "all" ? "-png" : "-" + a.part + "-png"
                                                              : "-" + a.part + ".csv"));
  }
  if (a.format != "wfdb") return write_beats(a, out, logger);
  if (a.name == "simdb") return write_simdb(a, out);
  if (a.name == "simdb12") return write_simdb12(a, out);
  throw Error(
      ErrorKind::usage, "dataset",
      "'" + a.name + "' cannot be written as 'wfdb', only simdb and simdb12 can; there are also --to png and --to csv");
}

}  // namespace beatbench::cli
