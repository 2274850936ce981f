#include <CLI/CLI.hpp>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/models/predict.h"
#include "beatbench/report/figures_json.h"
#include "beatbench/report/table.h"
#include "beatbench/runtime/environment.h"
#include "cli/commands.h"
#include "cli/data_options.h"
#include "cli/progress.h"
#include "cli/run_folder.h"
#include "cli/run_main.h"
#include "cli/train_options.h"

namespace beatbench::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kTrainExamples =
    "Examples:\n"
    "  train --model resnet1d --data mitdb --classes paper8 --protocol random --epochs 10 --seed 1 --out runs/r1\n"
    "  train --model lstm --data mitdb --classes symbols18 --epochs 30 --learning-rate 0.003\n"
    "  train --data path/to/records --classes aami5 --protocol inter-patient\n"
    "  train --model cnn2d --data path/to/images --classes own --amp bf16\n"
    "  train --model lstm --print-config > lstm.toml; train --config lstm.toml --seed 2\n"
    "  train --resume runs/r1\n\n"
    "A run folder holds config.json, log.csv, train.log, curves.svg, confusion.svg, "
    "checkpoints/{best,last,last-1}.pt,\n"
    "report.json, and augmentation.png where beats are varied. Exit status: 0 success, 1 failure, 2 usage, 130 "
    "interrupted (the state is saved).";

SplitPart count_part(const BeatSet& windows, const std::vector<std::uint32_t>& rows, std::size_t classes) {
  SplitPart part;
  part.per_class.assign(classes, 0);
  for (const std::uint32_t row : rows) ++part.per_class[static_cast<std::size_t>(windows.rows[row].label)];
  return part;
}

ModelDescription describe(const RunOptions& run, const Dataset& dataset, const Split& split) {
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
                  .configuration = run_options_json(run)};
  return d;
}

// What must be right before anything is read; that the model can be built, too.
void check_run(RunOptions& run) {
  run.model_options = resolve_options(find_model(run.model), run.model_options);
  run.preprocessing.input = find_model(run.model).input;
  const bool own_classes = run.preprocessing.class_map == kOwnClasses;  // which only the data knows
  if (!own_classes) run.preprocessing.class_names = find_class_map(run.preprocessing.class_map).class_names();
  run.split.seed = run.training.seed;
  validate(run.preprocessing);
  validate(run.split);
  validate(run.training);
  if (!own_classes) Augmentation(run.training.augmentation, run.preprocessing);
  ModelShape shape = shape_of(run.preprocessing);
  shape.outputs = std::max(shape.outputs, 2);
  make_model(run.model, shape, run.model_options);
}

// The beats of a run: all of them, or --max-windows drawn by their labels before any input is made.
Dataset load_beats(const RunOptions& run, const Database& database, int threads, spdlog::logger& logger) {
  LoadOptions load;
  load.strict = run.strict;
  load.threads = threads;
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
                                   spdlog::logger& logger) {
  Progress progress("training", 30.0);
  std::vector<EpochRow> history;
  TrainingCallbacks callbacks;
  callbacks.should_stop = interrupted;
  callbacks.on_warning = [&](const std::string& text) { logger.warn("{}", text); };
  callbacks.on_step = [&](const StepProgress& p) {
    char detail[160];
    std::snprintf(detail, sizeof detail, "epoch %d/%d  loss %.4f  %.0f beats/s  %s left", p.epoch, p.epochs,
                  p.mean_loss, p.windows_per_second, clock_text(p.seconds_left).c_str());
    progress.update(p.step, p.steps, detail);
  };
  callbacks.on_epoch = [&](const EpochRow& row, bool best) {
    progress.clear();
    logger.info("epoch {}/{}: loss {:.4f}, validation loss {:.4f}, accuracy {:.2f} %, macro F1 {:.2f} %, {:.1f} s{}",
                row.epoch, run.training.epochs, row.train_loss.value_or(0), row.validation_loss.value_or(0),
                100 * row.validation_accuracy.value_or(0), 100 * row.validation_macro_f1.value_or(0), row.seconds,
                best ? " (best)" : "");
  };
  return train_model(dataset.windows, split, description, run.training, folder / "checkpoints", resume, callbacks);
}

RunReport make_report(const Dataset& dataset, const Database& database, const Split& split,
                      const ModelDescription& description, const TrainingSummary& training, const fs::path& folder,
                      const Context& context) {
  const Checkpoint best = load_checkpoint(folder);
  const std::vector<float> logits = predict_logits(*best.model, dataset.windows, split.test);
  const std::vector<int> predicted = predicted_labels(logits, description.shape.outputs);
  const std::vector<int> reference = labels_of(dataset.windows, split.test);

  RunReport report;
  report.model = description.model;
  report.parameters = parameter_count(*best.model);
  report.intra_patient = split.intra_patient;
  report.preprocessing = description.preprocessing;
  report.provenance = description.provenance;
  report.train = count_part(dataset.windows, split.training, dataset.class_names.size());
  report.validation = count_part(dataset.windows, split.validation, dataset.class_names.size());
  report.test = count_part(dataset.windows, split.test, dataset.class_names.size());
  report.training = training;
  report.test_figures = evaluate_classification(reference, predicted, dataset.class_names);
  report.test_records = evaluate_by_record(reference, predicted, records_of(dataset.windows, split.test),
                                           record_ids(dataset.windows), dataset.class_names);
  if (!split.intra_patient) {
    for (const std::string& record : database.concentrated_records) {
      const std::vector<std::string> left_out = {record};
      report.test_subsets.push_back({"without record " + record, pooled_figures(report.test_records, left_out)});
    }
  }
  report.notes = split.notes;
  if (database.form == DataForm::records) {
    report.notes.push_back(std::to_string(dataset.windows.edge_windows) +
                           " windows cross a recording's edge (policy: " + description.preprocessing.edge + ")");
  } else if (!database.prepared) {
    report.notes.push_back("how the beats were prepared is not known: the model may not fit recordings");
  }
  report.context = context;
  return report;
}

void print_summary(const RunReport& report, const fs::path& folder) {
  std::printf("%s on %s, %s, %s, seed %llu: test of %lld beats\n\n", report.model.c_str(),
              report.provenance.dataset.c_str(), report.preprocessing.class_map.c_str(),
              report.provenance.protocol.c_str(), static_cast<unsigned long long>(report.provenance.seed),
              static_cast<long long>(report.test_figures.n));
  std::printf("%s\n", class_table(report.test_figures).text().c_str());
  std::printf("accuracy %s %%, macro F1 %s %%, %lld parameters, trained %s (%.0f beats/s), best epoch %d of %d\n",
              percent(report.test_figures.accuracy).c_str(), percent(report.test_figures.macro_f1).c_str(),
              static_cast<long long>(report.parameters), clock_text(report.training.seconds).c_str(),
              report.training.windows_per_second, report.training.best_epoch, report.training.epochs_run);
  std::printf("run folder: %s\n", folder.c_str());
}

void refuse_existing(const fs::path& folder) {
  if (fs::exists(folder))
    throw Error(ErrorKind::usage, folder.string(), "already exists; choose another --out, or --resume it");
}

// A run folder that is removed again unless a training state in it is worth keeping.
class FreshRunFolder {
 public:
  explicit FreshRunFolder(fs::path folder) : folder_(std::move(folder)), made_(folder_ / "checkpoints") {}
  ~FreshRunFolder() {
    std::error_code ignored;
    if (!fs::exists(folder_ / "checkpoints" / "last.pt", ignored)) fs::remove_all(folder_, ignored);
  }
  FreshRunFolder(const FreshRunFolder&) = delete;
  FreshRunFolder& operator=(const FreshRunFolder&) = delete;

 private:
  fs::path folder_;
  MadeFolder made_;
};

// What was asked for on the command line although the beats are prepared already, in another way.
void refuse_settled(const Preprocessing& asked, const Preprocessing& settled, const std::string& data) {
  const nlohmann::json wanted = asked, usual = Preprocessing{}, had = settled;
  for (const auto& [field, value] : wanted.items()) {
    if (value == usual.at(field) || value == had.at(field)) continue;
    throw Error(ErrorKind::usage, data,
                "its beats are prepared already, with " + field + " " + had.at(field).dump() + ", not " + value.dump() +
                    "; prepare them anew (convert dataset) or leave the option out");
  }
}

int run_training(RunOptions run, const fs::path& folder, bool resume, bool json, spdlog::logger& logger) {
  check_run(run);
  if (!resume) refuse_existing(folder);
  catch_interrupts();
  const Context context = start_context(run.threads, resolve_device(run.training.device), logger);
  const Database database = open_database(run.data);
  refuse_settled(run.preprocessing, preprocessing_for(database, run.preprocessing), run.data);
  run.preprocessing = preprocessing_for(database, run.preprocessing);
  const Dataset dataset = load_beats(run, database, context.threads, logger);
  run.preprocessing.class_names = dataset.class_names;
  const Split split = make_split(run.protocol, dataset.windows, database, run.split);
  for (const std::string& note : split.notes) logger.info("{}: {}", split.label(), note);
  logger.info("{} beats for training, {} for validation, {} for the test", split.training.size(),
              split.validation.size(), split.test.size());
  const ModelDescription description = describe(run, dataset, split);

  if (!resume) refuse_existing(folder);  // it may have appeared meanwhile

  std::optional<FreshRunFolder> fresh;
  if (!resume) fresh.emplace(folder);
  log_to_file(logger, folder / "train.log");
  if (!resume) write_file_atomically(folder / "config.json", run_options_json(run).dump(2) + "\n");
  if (run.training.augmentation.any()) {
    const Augmentation augmentation(run.training.augmentation, run.preprocessing);
    write_file_atomically(folder / "augmentation.png",
                          augmentation_page(augmentation, dataset.windows, split.training, run.training.seed));
  }
  const TrainingResult result = train_with_progress(run, dataset, split, description, folder, resume, logger);
  write_log_csv(folder, result.summary.history);
  if (result.interrupted) {
    logger.warn("interrupted after {} whole epochs; to go on: train --resume {}", result.summary.epochs_run,
                folder.string());
    return kInterrupted;
  }
  const RunReport report = make_report(dataset, database, split, description, result.summary, folder, context);
  write_report(folder, report);
  if (const std::string warning = write_pictures(folder, report); !warning.empty()) logger.warn("{}", warning);
  if (json)
    std::printf("%s", report_text(to_json(report)).c_str());
  else
    print_summary(report, folder);
  return kSuccess;
}

}  // namespace

int train_command(int argc, char** argv) {
  return run_main("train", [&] {
    CLI::App app("Trains a beat classifier and tests it.", "train");
    app.footer(std::string(kTrainExamples) + "\n\n" + descriptions_of_models() + "\n" +
               descriptions_of("Class maps", class_maps()) + "\n" + descriptions_of("Protocols", protocol_registry()) +
               "\n" + descriptions_of("Databases", database_registry()));
    TrainArguments arguments;
    declare_train_options(app, arguments);
    if (const auto status = parse_command_line(app, argc, argv)) return *status;
    if (arguments.print_config) {
      std::printf("%s", app.config_to_str(true, true).c_str());
      return kSuccess;
    }
    const auto logger = make_logger(arguments.log_level);
    if (arguments.resume.empty()) {
      const fs::path folder = arguments.out.empty() ? next_run_folder(arguments.run.model) : fs::path(arguments.out);
      return run_training(arguments.run, folder, false, arguments.json, *logger);
    }
    const fs::path config = fs::path(arguments.resume) / "config.json";
    const nlohmann::json stored = nlohmann::json::parse(read_text_file(config), nullptr, /*allow_exceptions=*/false);
    return run_training(run_options_from_json(stored, config.string()), arguments.resume, true, arguments.json,
                        *logger);
  });
}

}  // namespace beatbench::cli
