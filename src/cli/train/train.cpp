#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <optional>
#include <thread>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/label_map.h"
#include "beatbench/core/text.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/report/series_report.h"
#include "beatbench/report/table.h"
#include "beatbench/runtime/torch_backend.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/data_options.h"
#include "cli/run_main.h"
#include "cli/session.h"
#include "cli/train/options.h"
#include "core/json_fields.h"
#include "runs/run.h"
#include "runs/run_folder.h"
#include "runs/series.h"

namespace beatbench::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTrainExamples =
    "Examples:\n"
    "  train --model resnet1d --data mitdb --classes paper8 --protocol random --epochs 10 --seed 1 --out runs/r1\n"
    "  train --model lstm --data mitdb --classes symbols18 --epochs 30 --learning-rate 0.003\n"
    "  train --data path/to/records --classes aami5 --protocol inter-patient\n"
    "  train --model cnn2d --data path/to/images --classes own --amp auto\n"
    "  train --model lstm --print-config > lstm.toml; train --config lstm.toml --seed 2\n"
    "  train --data mitdb --classes aami5 --protocol inter-patient --seeds 5 --out runs/i5\n"
    "  train --data mitdb --protocol k-fold --folds 10 --all-folds --out runs/k10\n"
    "  train --data mitdb --init-from runs/pretrained --replace-head new --freeze-layers 2 --loaded-rate-factor 0.1\n"
    "  train --model resnet1d_12lead --data simdb12 --protocol published-folds --fold 10 --out runs/l1\n"
    "  train --model resnet1d_12lead --data ptbxl --classes abnormal --protocol published-folds --all-folds\n"
    "  train --resume runs/r1\n"
    "  torchrun --nproc_per_node 2 --no_python train --model cnn2d --data mitdb --out runs/two\n\n"
    "A run folder holds config.json, log.csv, train.log, checkpoints/{best,last,last-1}.pt and report.json; curves,\n"
    "confusion, thresholds (ROC, precision and recall) and mistakes as .svg and .png; augmentation.png where there is\n"
    "any. Started by torchrun, mpirun or srun, processes train one model together, each on its share of every batch.\n"
    "Exit status: 0 success, 1 failure, 2 usage, 130 interrupted (the state is saved).";

void print_summary(const RunReport& report, const fs::path& folder) {
  std::printf("%s on %s, %s, %s, seed %llu: test of %lld %s\n\n", report.model.c_str(),
              report.provenance.dataset.c_str(), report.preprocessing.class_map.c_str(),
              report.provenance.protocol.c_str(), static_cast<unsigned long long>(report.provenance.seed),
              static_cast<long long>(report.test.metrics.n),
              report.preprocessing.of_recordings() ? "recordings" : "beats");
  std::printf("%s\n", class_table(report.test.metrics).text().c_str());
  std::printf("%s %s %%, macro F1 %s %%, %lld parameters, trained %s (%.0f/s), best epoch %d of %d\n",
              report.preprocessing.multi_label ? "all classes right in" : "accuracy",
              percent(report.test.metrics.accuracy).c_str(), percent(report.test.metrics.macro_f1).c_str(),
              static_cast<long long>(report.parameters), clock_text(report.training.seconds).c_str(),
              report.training.windows_per_second, report.training.best_epoch, report.training.epochs_run);
  std::printf("run folder: %s\n", folder.c_str());
}

void print_metrics(const SeriesMetrics& metrics, bool intra_patient) {
  std::printf("%s\n%s", series_table(metrics, intra_patient).text().c_str(),
              series_text(metrics, intra_patient).c_str());
}

void print_series(const SeriesReport& report, const fs::path& folder) {
  std::printf("%s on %s, %s, %s: %zu runs; mean, standard deviation%s\n\n", report.model.c_str(),
              report.dataset.c_str(), report.class_map.c_str(), report.protocol.c_str(), report.runs.size(),
              report.intra_patient ? "" : " and 95 % interval over subjects");
  print_metrics(report.metrics, report.intra_patient);
  for (const SeriesSubset& subset : report.subsets) {
    std::printf("\n%s:\n", subset.name.c_str());
    print_metrics(subset.metrics, report.intra_patient);
  }
  std::printf("series folder: %s\n", folder.c_str());
}

// How long the processes of a training may take to be started.
constexpr std::chrono::seconds kJoinWithin{120};

// The processors of a machine are shared by its processes.
int threads_for(int asked, const LaunchEnvironment& place) {
  const auto processors = static_cast<int>(std::thread::hardware_concurrency());
  return asked > 0 || place.count == 1 ? asked : std::max(1, processors / place.local_count);
}

// A run, or a series of runs, that has its report: it stays as it is.
int show_finished(const fs::path& folder, bool json, Console& console) {
  const std::string text = read_text_file(folder / "report.json");
  console.logger().info("{}: is finished; its report stays as it is", folder.string());
  if (json)
    std::printf("%s", text.c_str());
  else
    std::printf("run folder: %s (finished)\n", folder.c_str());
  return kSuccess;
}

int run_training(RunOptions run, const fs::path& folder, bool resume, bool json, Console& console) {
  const LaunchEnvironment place = read_launch_environment(std::getenv);
  const Listener listener = console.listener();
  check_run(run);
  if (!resume && place.is_main()) refuse_existing(folder);
  catch_interrupts();
  if (place.count > 1)
    console.logger().info("process {} of {}, started by {}", place.rank, place.count, place.started_by);
  const std::shared_ptr<ProcessGroup> group = torch_backend().join_process_group(place, kJoinWithin);
  const SystemInfo system =
      start_libtorch(threads_for(run.threads, place), torch_backend().resolve_device(run.training.device), listener);
  const RunData data = load_run_data(run, resume ? folder : fs::path(), system.threads, listener);
  if (resume && place.is_main() && fs::exists(folder / "report.json")) return show_finished(folder, json, console);
  const auto report = train_run({run, data, folder, folder, resume, system, group,
                                 [&](const fs::path& made) { console.log_to_file(made / "train.log"); }},
                                listener);
  if (!place.is_main()) return kSuccess;
  console.clear();
  if (!report) return kInterrupted;
  if (json)
    std::printf("%s", report_text(to_json(*report)).c_str());
  else
    print_summary(*report, folder);
  return kSuccess;
}

int run_series(const RunOptions& run, const fs::path& folder, bool resume, bool json, Console& console) {
  if (read_launch_environment(std::getenv).count > 1)
    throw Error(ErrorKind::usage, "--seeds, --all-folds", "are for one process; several train one model together");
  const Listener listener = console.listener();
  catch_interrupts();
  const auto report = train_series(
      {run, folder, resume,
       [&](const RunOptions& checked) {
         return start_libtorch(checked.threads, torch_backend().resolve_device(checked.training.device), listener);
       },
       [&](const fs::path& made) { console.log_to_file(made / "train.log"); }},
      listener);
  console.clear();
  if (!report) return kInterrupted;
  if (json)
    std::printf("%s", report_text(to_json(*report)).c_str());
  else
    print_series(*report, folder);
  return kSuccess;
}

int start(const RunOptions& run, const fs::path& folder, bool resume, bool json, Console& console) {
  const bool is_series = run.seeds > 1 || run.all_folds;
  return is_series ? run_series(run, folder, resume, json, console) : run_training(run, folder, resume, json, console);
}

// The options on a command line that --resume does not go by.
std::string options_beside_resume(const CLI::App& app) {
  std::string names;
  for (const CLI::Option* option : app.get_options()) {
    const std::string name = option->get_name();
    if (option->count() == 0 || name == "--resume" || name == "--json" || name == "--log-level") continue;
    add_word(names, name);
  }
  return names;
}

}  // namespace

int train_command(int argc, char** argv) {
  return run_main("train", [&] {
    CLI::App app("Trains a beat classifier and tests it.", "train");
    app.footer(std::string(kTrainExamples) + "\n\n" + descriptions_of_models() + "\n" +
               descriptions_of("Class maps", class_maps()) + "\n" +
               descriptions_of("Label maps of recordings", label_maps()) + "\n" +
               descriptions_of("Protocols", protocol_registry()) + "\n" +
               descriptions_of("Databases", database_registry()));
    TrainArguments arguments;
    declare_train_options(app, arguments);
    if (const auto status = parse_command_line(app, argc, argv)) return *status;
    const std::vector<std::string> old = old_spellings(app);
    if (arguments.resume.empty()) complete_options(app, arguments);
    if (arguments.print_config) {
      std::printf("%s", app.config_to_str(true, true).c_str());
      return kSuccess;
    }
    const bool is_main = read_launch_environment(std::getenv).is_main();
    Console console(is_main || arguments.log_level != "info" ? arguments.log_level : "warning");
    for (const std::string& text : old) console.logger().warn("{}", text);
    if (arguments.resume.empty()) {
      const fs::path folder = arguments.out.empty() ? next_run_folder(arguments.run.model) : fs::path(arguments.out);
      return start(arguments.run, folder, false, arguments.json, console);
    }
    const std::string ignored = options_beside_resume(app);
    if (!ignored.empty()) {
      console.logger().warn("{}: goes on by its config.json; left aside: {}", arguments.resume, ignored);
    }
    if (fs::exists(fs::path(arguments.resume) / "report.json")) {
      return show_finished(arguments.resume, arguments.json, console);
    }
    const fs::path config = fs::path(arguments.resume) / "config.json";
    const nlohmann::json stored = parse_json(read_text_file(config), config.string());
    return start(run_options_from_json(stored, config.string()), arguments.resume, true, arguments.json, console);
  });
}

}  // namespace beatbench::cli
