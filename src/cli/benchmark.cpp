#include <CLI/CLI.hpp>
#include <cstdio>
#include <map>

#include "beatbench/core/error.h"
#include "beatbench/report/figures_json.h"
#include "beatbench/report/table.h"
#include "cli/benchmark_annotations.h"
#include "cli/benchmark_detectors.h"
#include "cli/benchmark_measure.h"
#include "cli/commands.h"
#include "cli/data_options.h"
#include "cli/run_main.h"

namespace beatbench::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kBenchmarkExamples =
    "Examples:\n"
    "  benchmark --computer-type laptop\n"
    "  benchmark --computer-type laptop --quantized-only True\n"
    "  benchmark --computer-type ci --models models/r1.pt --dataset mitdb --batch-sizes 1,64 --date 2024-05-01\n"
    "  benchmark detectors --data mitdb\n"
    "  benchmark annotations --data mitdb --test predictions\n\n"
    "Writes REPORTS/summary-NAME-MODEL-yyyy-mm-dd.json for each model; a name that is taken gets -2. On the data that "
    "a\n"
    "model was trained on, only the test part of its own split is used.";

struct BenchmarkArguments {
  std::string computer_type, models = "models", datasets = "datasets", reports = "reports", date, log_level = "info";
  std::vector<std::string> only;
  std::vector<int> batch_sizes = {1, 8, 32, 128};
  double seconds = 1.0;
  int threads = 0;
  bool quantized_only = false;
  bool json = false;
};

std::int64_t file_size_of(const fs::path& file) { return static_cast<std::int64_t>(fs::file_size(file)); }

SummaryReport benchmark_model(const fs::path& file, std::span<const FoundDataset> datasets,
                              const BenchmarkArguments& arguments, const Context& context, spdlog::logger& logger) {
  const bool peak_is_own = reset_peak_memory();
  const std::unique_ptr<Engine> engine = open_model(file);
  SummaryReport report;
  report.computer_type = arguments.computer_type;
  report.date = report_date(arguments.date.empty() ? std::nullopt : std::optional(arguments.date));
  report.model = file.stem().string();
  report.file = file.filename().string();
  report.format = std::string(find_engine(file)->name);
  report.precision = engine->description().precision;
  report.size_bytes = file_size_of(file);
  report.parameters = engine->parameters();
  report.context = context;
  for (const FoundDataset& found : datasets) {
    logger.info("{} on {}", report.file, found.name);
    BenchmarkRows rows;
    try {
      rows = load_rows(found, engine->description(), context.threads, logger);
    } catch (const Error& error) {
      // Sound data that this model cannot eat: windows of another length, or records without its leads.
      const bool may_be_other = found.form == DataForm::windows || found.form == DataForm::tracings;
      const bool is_left_out = error.kind() == ErrorKind::unsupported ||
                               (may_be_other && error.kind() == ErrorKind::data) ||
                               (found.form == DataForm::tracings && error.kind() == ErrorKind::usage);
      if (!is_left_out) throw;
      logger.warn("left out: {}", error.what());
      report.notes.push_back(std::string("left out: ") + error.what());
      continue;
    }
    report.notes.insert(report.notes.end(), rows.notes.begin(), rows.notes.end());
    report.datasets.push_back(measure_dataset(*engine, rows, arguments.seconds));
    if (report.throughput.empty()) {
      report.throughput = measure_throughput(*engine, rows.dataset.windows, arguments.batch_sizes, arguments.seconds);
    }
  }
  if (report.datasets.empty()) {
    throw Error(ErrorKind::data, file.string(), "can eat none of the data sets: " + names_of(datasets));
  }
  report.peak_memory_bytes = peak_memory_bytes();
  report.notes.push_back(peak_is_own ? "peak memory is that of the process while this model ran, the data set included"
                                     : "peak memory is that of the whole process so far");
  return report;
}

Table benchmark_table() {
  return Table({{"model", Align::left},
                {"data set", Align::left},
                {"protocol", Align::left},
                {"beats"},
                {"accuracy"},
                {"macro F1"},
                {"median"},
                {"p99"},
                {"beats/s"},
                {"size"}});
}

void add_rows(Table& table, const SummaryReport& report) {
  double best = 0;
  for (const Throughput& row : report.throughput) best = std::max(best, row.windows_per_second);
  char size[32];
  std::snprintf(size, sizeof size, "%.1f MB", static_cast<double>(report.size_bytes) / 1e6);
  for (const DatasetResult& result : report.datasets) {
    table.add_row({report.file, result.name, result.protocol, std::to_string(result.total),
                   percent(result.figures.accuracy), percent(result.figures.macro_f1),
                   duration_text(result.inference_time.median_s), duration_text(result.inference_time.p99_s),
                   std::to_string(std::llround(best)), size});
  }
}

int run_benchmark(const BenchmarkArguments& arguments, spdlog::logger& logger) {
  const std::string date = report_date(arguments.date.empty() ? std::nullopt : std::optional(arguments.date));
  const std::vector<fs::path> models = find_models(arguments.models, arguments.quantized_only);
  for (const fs::path& model : models)
    summary_path(arguments.reports, arguments.computer_type, model.stem().string(), date);
  const std::vector<FoundDataset> datasets = find_datasets(arguments.datasets, arguments.only);
  if (datasets.empty()) {
    throw Error(ErrorKind::usage, arguments.datasets,
                "holds no data set (a folder of annotated WFDB records, a folder of images by class, or a label-first "
                "CSV), and neither does $BEATBENCH_DATA");
  }
  const Context context = start_context(arguments.threads, "cpu", logger);
  Table table = benchmark_table();
  std::vector<fs::path> written;
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  std::string failures;
  catch_interrupts();
  for (const fs::path& model : models) {
    SummaryReport report;
    try {
      report = benchmark_model(model, datasets, arguments, context, logger);
    } catch (const Interrupted&) {  // what has been measured stays
      break;
    } catch (const std::exception& error) {  // the other models go on
      if (models.size() > 1) logger.error("{}", error_text(error));
      failures += (failures.empty() ? "" : "; ") + error_text(error);
      continue;
    }
    written.push_back(write_summary(arguments.reports, report));
    add_rows(table, report);
    if (arguments.json) all.push_back(to_json(report));
  }
  if (written.empty() && !interrupted()) throw Error(ErrorKind::data, "", failures);
  if (arguments.json)
    std::printf("%s", report_text(all).c_str());
  else {
    std::printf("%s\n", table.text().c_str());
    for (const fs::path& path : written) std::printf("report: %s\n", path.c_str());
  }
  stop_if_interrupted();
  if (!failures.empty()) throw Error(ErrorKind::data, "", "not all models could be measured: " + failures);
  return kSuccess;
}

// The original system's spelling is True or False, and there False was read as true.
std::string quantized_only_word(std::string& word) {
  for (const char* yes : {"True", "true", "1", "yes"}) {
    if (word == yes) return word = "true", "";
  }
  for (const char* no : {"False", "false", "0", "no"}) {
    if (word == no) return word = "false", "";
  }
  return "'" + word + "' is neither True nor False";
}

}  // namespace

int benchmark_command(int argc, char** argv) {
  return run_main("benchmark", [&] {
    CLI::App app("Measures accuracy and speed of every model on every data set.", "benchmark");
    app.footer(std::string(kBenchmarkExamples) + "\n\n" + descriptions_of("Engines", engine_registry()));
    BenchmarkArguments a;
    app.add_option("--computer-type,--computerType", a.computer_type,
                   "this kind of machine, as it stands in the report's name (needed)");
    app.add_option("--models", a.models, "folder of model files, or one file")->capture_default_str();
    app.add_option("--quantized-only,--quantizedOnly", a.quantized_only, "True: only int8 models; False: all")
        ->transform(CLI::Validator(quantized_only_word, "True|False"))
        ->capture_default_str();
    app.add_option("--datasets", a.datasets, "folder of data sets; those in $BEATBENCH_DATA are used as well")
        ->capture_default_str();
    app.add_option("--dataset", a.only, "only these data sets, by name")->delimiter(',');
    app.add_option("--reports", a.reports, "folder for the reports")->capture_default_str();
    app.add_option("--date", a.date, "yyyy-mm-dd of the report (default: SOURCE_DATE_EPOCH, else today, UTC)");
    app.add_option("--batch-sizes", a.batch_sizes, "for the throughput")
        ->delimiter(',')
        ->capture_default_str()
        ->check(CLI::Range(1, 65536));
    app.add_option("--seconds", a.seconds, "how long each timing is repeated")
        ->capture_default_str()
        ->check(CLI::Range(0.01, 600.0));
    app.add_option("--threads", a.threads, "0: one for each processor")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
    app.add_flag("--json", a.json, "print the reports as JSON on stdout");
    app.add_option("--log-level", a.log_level, "of stderr: debug, info, warning, error, quiet")
        ->check(CLI::IsMember({"debug", "info", "warning", "error", "quiet"}))
        ->capture_default_str();
    DetectorArguments detectors;
    app.require_subcommand(0, 1);
    CLI::App* sub = app.add_subcommand("detectors", "R-peak detectors against a database's annotations, beat by beat");
    declare_detector_options(*sub, detectors);
    AnnotationArguments annotations;
    CLI::App* compare =
        app.add_subcommand("annotations", "annotation files against a database's, as WFDB's bxb does it");
    declare_annotation_options(*compare, annotations);
    if (const auto status = parse_command_line(app, argc, argv)) return *status;
    const auto logger = make_logger(a.log_level);
    if (compare->parsed()) return benchmark_annotations(annotations, *logger);
    if (sub->parsed()) return benchmark_detectors(detectors, *logger);
    if (a.computer_type.empty()) throw Error(ErrorKind::usage, "--computer-type", "is needed; see benchmark --help");
    return run_benchmark(a, *logger);
  });
}

}  // namespace beatbench::cli
