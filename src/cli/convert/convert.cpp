#include "beatbench/conversion/convert.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/runtime/model_file.h"
#include "beatbench/runtime/torch_backend.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/convert/dataset.h"
#include "cli/convert/inspect.h"
#include "cli/data_options.h"
#include "cli/declare_options.h"
#include "cli/run_main.h"
#include "cli/session.h"
#include "runs/stored_split.h"

namespace beatbench::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConvertExamples =
    "Examples:\n"
    "  convert runs/r1 --to torchscript --out models\n"
    "  convert runs/r1 --to torchscript,int8 --out models\n"
    "  convert runs/r1/checkpoints/last.pt --to torchscript --out models --name r1-last --windows 0\n"
    "  convert inspect runs/r1\n"
    "  convert dataset simdb --to wfdb --out datasets/simdb --seed 1\n"
    "  convert dataset mitdb --to png --out datasets/mitdb-png\n"
    "  convert dataset mitdb --to csv --protocol inter-patient --out datasets/mitdb-ds2.csv\n\n"
    "Each model file is compared with its checkpoint on test windows: largest difference of a logit, share of equal\n"
    "classes, accuracy of both. What came out is printed and stored beside the file as FILE.json. A file that loses\n"
    "more accuracy than --max-accuracy-drop is removed again, with all others of the call, and the exit status is 3.\n";

constexpr double kMostPointsLost = 0.3;  // points of percent: the project's own limit for int8

struct ModelArguments {
  std::string source;
  std::vector<std::string> formats = {"torchscript"};
  std::string out = "models";
  std::string name;
  std::string data;
  std::size_t windows = 2048;
  std::size_t calibration_windows = 512;
  std::optional<double> max_accuracy_drop;
  int threads = 0;
  bool json = false;
};

// The name of a run folder is the name of its model file.
std::string name_of_source(const fs::path& source) {
  const fs::path whole = fs::absolute(source).lexically_normal();
  if (fs::is_directory(whole)) return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
  const fs::path run = whole.parent_path().parent_path();
  return run.filename().string() + "-" + whole.stem().string();
}

fs::path report_of(const fs::path& file) { return file.string() + ".json"; }

nlohmann::ordered_json comparison_json(const ConversionCheck& check, const ConversionWindows& windows) {
  nlohmann::ordered_json json = {{"compared_windows", check.windows},
                                 {"largest_difference", check.largest_difference},
                                 {"same_class", check.same_class}};
  if (check.labelled > 0) {
    json["accuracy_float32"] = check.accuracy_checkpoint;
    json["accuracy"] = check.accuracy;
    json["accuracy_lost_points"] = check.accuracy_lost_points();
  }
  json["dataset"] = windows.dataset;
  json["split"] = windows.split;
  return json;
}

std::string comparison_text(const ConversionCheck& check) {
  char text[200];
  std::snprintf(text, sizeof text, "same class %.2f %% of %zu windows, largest difference %.2g",
                100.0 * check.same_class, check.windows, check.largest_difference);
  std::string line = text;
  if (check.labelled > 0) {
    std::snprintf(text, sizeof text, ", accuracy %.2f %% (float32 %.2f %%), lost %.2f points", 100.0 * check.accuracy,
                  100.0 * check.accuracy_checkpoint, check.accuracy_lost_points());
    line += text;
  }
  return line;
}

struct Converted {
  fs::path file;  // what it will be
  nlohmann::ordered_json json;
  std::string text;
  double lost_points = 0;
};

// Writes one file into the folder `work` and compares it.
Converted convert_one(const fs::path& source, Engine& checkpoint, const FormatSpec& format, const fs::path& work,
                      const fs::path& file, const ConversionWindows& windows) {
  const fs::path written = work / file.filename();
  convert_checkpoint(source, format, written, windows.calibration);
  Converted result;
  result.file = file;
  result.json = {{"format", format.name}, {"file", file.string()}, {"size_bytes", fs::file_size(written)}};
  char text[32];
  std::snprintf(text, sizeof text, "%.1f KB", static_cast<double>(fs::file_size(written)) / 1e3);
  result.text = file.string() + "  " + text;
  if (windows.test.size() == 0) return result;
  const auto converted = open_model(written);
  const ConversionCheck check = check_conversion(checkpoint, *converted, windows.test);
  result.json.update(comparison_json(check, windows));
  result.text += "  " + comparison_text(check);
  if (check.labelled > 0) result.lost_points = check.accuracy_lost_points();
  write_file(report_of(written), report_text(result.json));
  return result;
}

int convert_model(const ModelArguments& arguments, Console& console) {
  if (arguments.windows == 0 && arguments.max_accuracy_drop) {
    throw Error(ErrorKind::usage, "--max-accuracy-drop", "compares windows, and --windows 0 leaves none");
  }
  const double most_points = arguments.max_accuracy_drop.value_or(kMostPointsLost);
  std::vector<const FormatSpec*> formats;
  for (const std::string& name : arguments.formats) formats.push_back(&require_format(name));
  const Listener listener = console.listener();
  start_libtorch(arguments.threads, "cpu", listener);
  const fs::path source = checkpoint_path(arguments.source);
  const auto checkpoint = torch_backend().open_checkpoint(source);
  const std::string name = arguments.name.empty() ? name_of_source(arguments.source) : arguments.name;
  const fs::path folder = arguments.out;
  bool calibrates = false;
  for (const FormatSpec* format : formats) {
    const fs::path file = folder / (name + std::string(format->ending));
    for (const fs::path& taken : {file, report_of(file)}) {
      if (fs::exists(taken))
        throw Error(ErrorKind::usage, taken.string(), "already exists; choose another --out or --name");
    }
    calibrates = calibrates || format->needs_calibration;
  }
  ConversionWindows windows;
  if (arguments.windows > 0 || calibrates) {
    windows = conversion_windows(checkpoint->description(), arguments.data, arguments.windows,
                                 calibrates ? arguments.calibration_windows : 0, listener);
  }

  const CreatedDirectory made(folder);
  const AtomicFolder work(folder / (name + ".new"));  // never takes that name: its files are moved out of it
  std::vector<Converted> results;
  try {
    for (const FormatSpec* format : formats) {
      const fs::path file = folder / (name + std::string(format->ending));
      results.push_back(convert_one(source, *checkpoint, *format, work.temporary(), file, windows));
    }
  } catch (const Error& error) {  // by the name that the user knows
    std::string text = error.what();
    const std::size_t at = text.find(work.temporary().string());
    if (at != std::string::npos) text.replace(at, work.temporary().string().size(), folder.string());
    throw Error(error.kind(), "", text);
  }
  for (const Converted& result : results) {
    if (result.lost_points <= most_points) continue;
    console.logger().error("{} loses {:.2f} points of accuracy; allowed: {} (--max-accuracy-drop). No file was kept.",
                           result.file.string(), result.lost_points, most_points);
    return kGateFailed;
  }
  move_to_new_names(work.temporary(), folder);
  console.clear();
  if (arguments.json) {
    nlohmann::ordered_json all = nlohmann::ordered_json::array();
    for (const Converted& result : results) all.push_back(result.json);
    std::printf("%s", report_text(all).c_str());
    return kSuccess;
  }
  for (const Converted& result : results) std::printf("%s\n", result.text.c_str());
  return kSuccess;
}

}  // namespace

int convert_command(int argc, char** argv) {
  return run_main("convert", [&] {
    CLI::App app("Writes trained models and data sets in other formats.", "convert");
    app.footer(std::string(kConvertExamples) + "\n" + descriptions_of("Formats", format_registry()));
    app.require_subcommand(0, 1);
    std::string log_level = "info";
    app.add_option("--log-level", log_level, "of stderr: debug, info, warning, error, quiet")
        ->check(CLI::IsMember({"debug", "info", "warning", "error", "quiet"}))
        ->capture_default_str();

    ModelArguments model;
    app.add_option("source", model.source, "run folder (its best checkpoint) or checkpoint file");
    app.add_option("--to", model.formats, names_of(format_registry()))->delimiter(',')->capture_default_str();
    app.add_option("--out", model.out, "folder for the model files")->capture_default_str();
    app.add_option("--name", model.name, "file name without extension (default: the run folder's)");
    app.add_option("--windows", model.windows, "test windows to compare each file with the checkpoint on; 0: none")
        ->check(numbers(at_least(0)))
        ->capture_default_str();
    app.add_option("--calibration-windows", model.calibration_windows,
                   "training windows that int8 takes its ranges of numbers from")
        ->check(numbers(from_to(1, 1000000)))
        ->capture_default_str();
    app.add_option("--max-accuracy-drop", model.max_accuracy_drop,
                   "points of percent of accuracy that a file may lose against its checkpoint; more: exit status 3 "
                   "(default: 0.3)")
        ->check(numbers(from_to(0.0, 100.0)));
    app.add_option("--data", model.data, "where the run's database is now (default: as in training)");
    app.add_option("--threads", model.threads, "0: one for each processor")
        ->capture_default_str()
        ->check(numbers(from_to(0, 1024)));
    app.add_flag("--json", model.json, "print the results as JSON on stdout");

    DatasetRequest dataset;
    CLI::App* sub =
        app.add_subcommand("dataset", "write the simulated database, or a database's beats as images or windows");
    declare_dataset_options(*sub, dataset);
    InspectArguments inspected;
    CLI::App* inspect =
        app.add_subcommand("inspect", "print the layers, parameters and multiplications of a model file");
    declare_inspect_options(*inspect, inspected);
    if (const auto status = parse_command_line(app, argc, argv)) return *status;
    Console console(log_level);
    for (const std::string& text : old_spellings(*sub)) console.logger().warn("{}", text);
    if (sub->parsed()) return convert_dataset(dataset, console);
    if (inspect->parsed()) return inspect_command(inspected, console);
    if (model.source.empty())
      throw Error(ErrorKind::usage, "source", "a run folder or checkpoint is needed; see convert --help");
    return convert_model(model, console);
  });
}

}  // namespace beatbench::cli
