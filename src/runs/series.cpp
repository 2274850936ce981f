#include "runs/series.h"

#include <nlohmann/json.hpp>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/report/series_report.h"
#include "beatbench/report/table.h"
#include "runs/run.h"
#include "runs/run_folder.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

struct PlannedRun {
  std::string folder;
  std::uint64_t seed = 0;
  int fold = 1;
};

std::string number_of(int value, int most) {
  std::string text = std::to_string(value);
  return std::string(std::to_string(most).size() - text.size(), '0') + text;
}

std::vector<PlannedRun> plan_runs(const RunOptions& run, int folds) {
  std::vector<PlannedRun> runs;
  for (int i = 0; i < run.seeds; ++i) {
    const std::uint64_t seed = run.training.seed + static_cast<std::uint64_t>(i);
    for (int fold = 1; fold <= folds; ++fold) {
      std::string name = run.seeds > 1 ? "seed-" + std::to_string(seed) : "";
      if (run.all_folds) name += (name.empty() ? "fold-" : "-fold-") + number_of(fold, folds);
      runs.push_back({name, seed, run.all_folds ? fold : run.split.fold});
    }
  }
  return runs;
}

// The folds of a seed test each beat once; how many there are depends on the data.
int folds_of(const RunOptions& run, const RunData& data) {
  if (!run.all_folds) return 1;
  const int folds = count_folds(run.protocol, own_beats(data), run.split);
  if (folds == 1) throw Error(ErrorKind::usage, "--all-folds", "protocol " + run.protocol + " has no folds");
  return folds;
}

SeriesReport report_of(const std::vector<PlannedRun>& runs, const fs::path& folder, const RunOptions& run,
                       const RunData& data, const SystemInfo& system) {
  SeriesReport report;
  for (const PlannedRun& one : runs) {
    const fs::path file = folder / one.folder / "report.json";
    const nlohmann::json json = nlohmann::json::parse(read_text_file(file), nullptr, /*allow_exceptions=*/false);
    report.folders.push_back(one.folder);
    report.runs.push_back({one.seed, one.fold, records_of_run_report(json, file.string()),
                           recordings_of_run_report(json, file.string())});
    report.model = json.at("model");
    report.dataset = json.at("dataset");
    report.protocol = json.at("protocol");
    report.class_map = json.at("class_map");
    report.intra_patient = json.at("intra_patient");
    for (const std::string note : json.at("notes")) {
      if (std::ranges::find(report.notes, note) == report.notes.end()) report.notes.push_back(note);
    }
  }
  const auto subject_of = [&](const std::string& record) { return data.database.subject_of(record); };
  report.metrics = metrics_of_series(report.runs, {}, subject_of);
  for (const std::string& record : data.database.dominating_records) {
    if (report.intra_patient) break;
    const std::vector<std::string> left_out = {record};
    report.subsets.push_back({"without record " + record, metrics_of_series(report.runs, left_out, subject_of)});
  }
  report.configuration = run_options_json(run);
  report.system = system;
  return report;
}

}  // namespace

std::optional<SeriesReport> train_series(const SeriesRequest& request, const Listener& listener) {
  RunOptions run = request.options;
  check_run(run);
  const fs::path& folder = request.folder;
  std::optional<FreshRunFolder> fresh;
  FileLock lock;
  if (request.resume)
    lock = lock_run_folder(folder);
  else
    fresh.emplace(folder);
  const SystemInfo system = request.start(run);
  const RunOptions asked = run;
  const fs::path resumed = request.resume ? folder : fs::path();
  RunData data = load_run_data(run, resumed, system.threads, listener);
  if (!request.resume) write_file_atomically(folder / "config.json", run_options_json(asked).dump(2) + "\n");
  const std::vector<PlannedRun> runs = plan_runs(run, folds_of(run, data));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const fs::path own = folder / runs[i].folder;
    listener.info("run " + std::to_string(i + 1) + " of " + std::to_string(runs.size()) + ": " + own.string());
    if (fs::exists(own / "report.json")) continue;
    RunOptions one = asked;
    one.seeds = 1;
    one.all_folds = false;
    one.training.seed = runs[i].seed;
    one.split.seed = runs[i].seed;
    one.split.fold = runs[i].fold;
    const bool draws_beats = one.max_windows > 0 && runs[i].seed != run.training.seed;
    if (draws_beats) data = load_run_data(one, resumed, system.threads, listener);
    one.preprocessing = run.preprocessing;
    const bool begun = fs::exists(own / "config.json");
    if (!begun) fs::remove_all(own);  // killed before it had anything to go on with
    const RunRequest each{one, data, own, folder, begun, system, nullptr, request.on_folder};
    if (!train_run(each, listener)) return std::nullopt;
  }
  SeriesReport report = report_of(runs, folder, asked, data, system);
  write_file_atomically(folder / "report.json", report_text(to_json(report)));
  return report;
}

}  // namespace beatbench
