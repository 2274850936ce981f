#include <sys/prctl.h>

#include <CLI/CLI.hpp>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <map>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/text.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/report/table.h"
#include "benchmarking/child_process.h"
#include "benchmarking/measure.h"
#include "cli/benchmark/annotations.h"
#include "cli/benchmark/detectors.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/data_options.h"
#include "cli/declare_options.h"
#include "cli/run_main.h"
#include "cli/session.h"

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
  bool trust_model = false;
  bool is_worker = false;  // measures one model, see measure_in_child
};

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

std::vector<std::vector<std::string>> table_rows(const SummaryReport& report) {
  double best = 0;
  for (const Throughput& row : report.throughput) best = std::max(best, row.windows_per_second);
  char size[32];
  std::snprintf(size, sizeof size, "%.1f MB", static_cast<double>(report.size_bytes) / 1e6);
  std::vector<std::vector<std::string>> rows;
  for (const DatasetResult& result : report.datasets) {
    rows.push_back({report.file, result.name, result.protocol, std::to_string(result.total),
                    percent(result.metrics.accuracy), percent(result.metrics.macro_f1),
                    duration_text(result.inference_time.median_s), duration_text(result.inference_time.p99_s),
                    std::to_string(std::llround(best)), size});
  }
  return rows;
}

// What a worker does: measures its model, writes the report and prints it, with the rows of the table, or what failed.
int run_worker(const BenchmarkArguments& arguments, Console& console) {
  ::prctl(PR_SET_PDEATHSIG, SIGTERM);  // not without the one that waits for it
  catch_interrupts();
  nlohmann::ordered_json answer;
  int status = kSuccess;
  try {
    const std::vector<FoundDataset> datasets = find_datasets(arguments.datasets, arguments.only);
    const Listener listener = console.listener();
    const SystemInfo system = start_libtorch(arguments.threads, "cpu", listener);
    const MeasuredModel measured =
        measure_model({arguments.models, datasets, arguments.computer_type, arguments.date, arguments.batch_sizes,
                       arguments.seconds, arguments.trust_model ? Trust::given : Trust::by_looking},
                      system, listener);
    const SummaryReport& report = measured.report;
    const fs::path path = write_summary(arguments.reports, report);
    answer = {{"path", path.string()},
              {"rows", table_rows(report)},
              {"report", to_json(report)},
              {"failures", measured.failures}};
  } catch (const Interrupted&) {
    return kInterrupted;  // the one that waits says so
  } catch (const std::exception& error) {
    answer = {{"error", error.what()}};
    status = kFailure;
  }
  std::printf("%s", answer.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace).c_str());
  return status;
}

// Each model is measured in a process of its own, so that its memory is its own and that none is harmed by another.
struct Measured {
  nlohmann::ordered_json answer;  // of run_worker
  bool interrupted = false;
};

Measured measure_in_child(const fs::path& model, const BenchmarkArguments& a) {
  std::vector<std::string> words = {"--worker",
                                    "--computer-type",
                                    a.computer_type,
                                    "--models",
                                    model.string(),
                                    "--datasets",
                                    a.datasets,
                                    "--reports",
                                    a.reports,
                                    "--date",
                                    a.date,
                                    "--seconds",
                                    std::to_string(a.seconds),
                                    "--threads",
                                    std::to_string(a.threads),
                                    "--log-level",
                                    a.log_level};
  const auto add_list = [&](const char* flag, const auto& values, const auto& text_of) {
    const std::string list = joined(values, ",", text_of);
    if (!list.empty()) words.insert(words.end(), {flag, list});
  };
  add_list("--dataset", a.only, [](const std::string& name) { return name; });
  add_list("--batch-sizes", a.batch_sizes, [](int size) { return std::to_string(size); });
  if (a.trust_model) words.emplace_back("--trust-model");
  const ChildResult child = run_child(words, interrupted);
  if (child.status == kInterrupted) return {.answer = {}, .interrupted = true};
  if (child.signal != 0) {
    return {.answer = {{"error", model.string() + ": the process that measured it was ended by signal " +
                                     std::to_string(child.signal) + " (" + ::strsignal(child.signal) + ")"}}};
  }
  nlohmann::ordered_json answer = nlohmann::ordered_json::parse(child.out, nullptr, /*allow_exceptions=*/false);
  if (answer.is_discarded()) {
    answer = {
        {"error", model.string() + ": the process that measured it ended with status " + std::to_string(child.status)}};
  }
  return {.answer = std::move(answer)};
}

// Of a name that no report can have.
void check_name(const fs::path& model, const BenchmarkArguments& a) {
  summary_path(a.reports, a.computer_type, model.stem().string(), a.date);
}

int run_benchmark(BenchmarkArguments arguments, Console& console) {
  arguments.date = report_date(arguments.date.empty() ? std::nullopt : std::optional(arguments.date));
  const std::vector<fs::path> models = find_models(arguments.models, arguments.quantized_only);
  check_name(models.size() == 1 ? models.front() : "model.pt", arguments);
  if (find_datasets(arguments.datasets, arguments.only).empty()) {
    throw Error(ErrorKind::usage, arguments.datasets,
                "holds no data set (a folder of annotated WFDB records, a folder of images by class, or a label-first "
                "CSV), and neither does $BEATBENCH_DATA");
  }
  remove_leftovers(arguments.reports);
  Table table = benchmark_table();
  std::vector<std::string> written;
  nlohmann::ordered_json all = nlohmann::ordered_json::array();
  std::vector<std::string> failures;
  catch_interrupts();
  for (const fs::path& model : models) {
    if (interrupted()) break;
    try {
      check_name(model, arguments);
    } catch (const Error& error) {
      console.logger().error("{}", error.what());
      failures.emplace_back(error.what());
      continue;
    }
    const Measured measured = measure_in_child(model, arguments);
    if (measured.interrupted) break;          // what has been measured stays
    if (measured.answer.contains("error")) {  // the other models go on
      const std::string text = measured.answer.at("error");
      if (models.size() > 1) console.logger().error("{}", text);
      failures.push_back(text);
      continue;
    }
    for (const std::string failure : measured.answer.at("failures")) {
      console.logger().error("{}", failure);
      if (std::ranges::find(failures, failure) == failures.end()) failures.push_back(failure);
    }
    written.push_back(measured.answer.at("path"));
    for (const auto& row : measured.answer.at("rows")) table.add_row(row.get<std::vector<std::string>>());
    all.push_back(measured.answer.at("report"));
  }
  if (written.empty()) stop_if_interrupted();
  if (written.empty()) throw Error(ErrorKind::data, "", joined(failures, "; "));
  if (arguments.json)
    std::printf("%s", report_text(all).c_str());
  else {
    std::printf("%s\n", table.text().c_str());
    for (const std::string& path : written) std::printf("report: %s\n", path.c_str());
  }
  stop_if_interrupted();
  if (!failures.empty()) throw Error(ErrorKind::data, "", "not all could be measured: " + joined(failures, "; "));
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
        ->check(numbers(from_to(1, 65536)));
    app.add_option("--seconds", a.seconds, "how long each timing is repeated")
        ->capture_default_str()
        ->check(numbers(from_to(0.01, 600.0)));
    app.add_option("--threads", a.threads, "0: one for each processor")
        ->capture_default_str()
        ->check(numbers(from_to(0, 1024)));
    app.add_flag("--trust-model", a.trust_model,
                 "run TorchScript files whatever code they hold: only for those whose maker you know");
    app.add_flag("--worker", a.is_worker)->group("");
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
    Console console(a.log_level);
    annotations.json = annotations.json || a.json;
    detectors.json = detectors.json || a.json;
    if (compare->parsed()) return benchmark_annotations(annotations, console);
    if (sub->parsed()) return benchmark_detectors(detectors, console);
    if (a.computer_type.empty()) throw Error(ErrorKind::usage, "--computer-type", "is needed; see benchmark --help");
    return a.is_worker ? run_worker(a, console) : run_benchmark(a, console);
  });
}

}  // namespace beatbench::cli
