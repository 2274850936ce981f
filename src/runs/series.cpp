#include "runs/series.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/report/figures_json.h"
#include "beatbench/report/series_report.h"
#include "beatbench/report/table.h"
#include "beatbench/training/train.h"
#include "cli/run_main.h"
#include "cli/session.h"
#include "runs/run.h"
#include "runs/run_folder.h"

namespace beatbench::cli {
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

void print_figures(const SeriesFigures& figures, bool intra_patient) {
  std::printf("%s\n%s", series_table(figures, intra_patient).text().c_str(),
              series_text(figures, intra_patient).c_str());
}

void print_series(const SeriesReport& report, const fs::path& folder) {
  std::printf("%s on %s, %s, %s: %zu runs; mean, standard deviation%s\n\n", report.model.c_str(),
              report.dataset.c_str(), report.class_map.c_str(), report.protocol.c_str(), report.runs.size(),
              report.intra_patient ? "" : " and 95 % interval over subjects");
  print_figures(report.figures, report.intra_patient);
  for (const SeriesSubset& subset : report.subsets) {
    std::printf("\n%s:\n", subset.name.c_str());
    print_figures(subset.figures, report.intra_patient);
  }
  std::printf("series folder: %s\n", folder.c_str());
}

// The folds of a seed test each beat once; how many there are depends on the data.
int folds_of(const RunOptions& run, const RunData& data) {
  if (!run.all_folds) return 1;
  const int folds = count_folds(run.protocol, own_beats(data), run.split);
  if (folds == 1) throw Error(ErrorKind::usage, "--all-folds", "protocol " + run.protocol + " has no folds");
  return folds;
}

SeriesReport report_of(const std::vector<PlannedRun>& runs, const fs::path& folder, const RunOptions& run,
                       const RunData& data, const Context& context) {
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
  report.figures = figures_of_series(report.runs, {}, subject_of);
  for (const std::string& record : data.database.concentrated_records) {
    if (report.intra_patient) break;
    const std::vector<std::string> left_out = {record};
    report.subsets.push_back({"without record " + record, figures_of_series(report.runs, left_out, subject_of)});
  }
  report.configuration = run_options_json(run);
  report.context = context;
  return report;
}

}  // namespace

int train_series(const RunOptions& options, const fs::path& folder, bool resume, bool json, spdlog::logger& logger) {
  RunOptions run = options;
  check_run(run);
  catch_interrupts();
  std::optional<FreshRunFolder> fresh;
  FileLock lock;
  if (resume)
    lock = lock_run_folder(folder);
  else
    fresh.emplace(folder);
  const Context context = start_context(run.threads, resolve_device(run.training.device), logger);
  const RunOptions asked = run;
  const fs::path resumed = resume ? folder : fs::path();
  RunData data = load_run_data(run, resumed, context.threads, logger);
  if (!resume) write_file_atomically(folder / "config.json", run_options_json(asked).dump(2) + "\n");
  const std::vector<PlannedRun> runs = plan_runs(run, folds_of(run, data));
  for (std::size_t i = 0; i < runs.size(); ++i) {
    const fs::path own = folder / runs[i].folder;
    logger.info("run {} of {}: {}", i + 1, runs.size(), own.string());
    if (fs::exists(own / "report.json")) continue;
    RunOptions one = asked;
    one.seeds = 1;
    one.all_folds = false;
    one.training.seed = runs[i].seed;
    one.split.seed = runs[i].seed;
    one.split.fold = runs[i].fold;
    const bool draws_beats = one.max_windows > 0 && runs[i].seed != run.training.seed;
    if (draws_beats) data = load_run_data(one, resumed, context.threads, logger);
    one.preprocessing = run.preprocessing;
    const bool begun = fs::exists(own / "config.json");
    if (!begun) fs::remove_all(own);  // killed before it had anything to go on with
    if (!train_run(one, data, own, folder, begun, context, logger)) return kInterrupted;
  }
  const SeriesReport report = report_of(runs, folder, asked, data, context);
  const std::string text = report_text(to_json(report));
  write_file_atomically(folder / "report.json", text);
  if (json)
    std::printf("%s", text.c_str());
  else
    print_series(report, folder);
  return kSuccess;
}

}  // namespace beatbench::cli
