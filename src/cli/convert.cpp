#include "beatbench/conversion/convert.h"

#include <CLI/CLI.hpp>
#include <cstdio>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/report/figures_json.h"
#include "cli/commands.h"
#include "cli/convert_dataset.h"
#include "cli/data_options.h"
#include "cli/run_main.h"
#include "cli/stored_run.h"

namespace beatbench::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kConvertExamples =
    "Examples:\n"
    "  convert runs/r1 --to torchscript --out models\n"
    "  convert runs/r1/checkpoints/last.pt --to torchscript --out models --name r1-last --windows 0\n"
    "  convert dataset simdb --to wfdb --out datasets/simdb --seed 1\n"
    "  convert dataset mitdb --to png --out datasets/mitdb-png\n"
    "  convert dataset mitdb --to csv --protocol inter-patient --out datasets/mitdb-ds2.csv\n";

struct ModelArguments {
  std::string source;
  std::vector<std::string> formats = {"torchscript"};
  std::string out = "models";
  std::string name;
  std::string data;
  std::size_t windows = 512;
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

nlohmann::ordered_json convert_one(const Checkpoint& checkpoint, const FormatSpec& format, const fs::path& file,
                                   const BeatSet* windows, spdlog::logger& logger) {
  convert_checkpoint(checkpoint, format, file);
  nlohmann::ordered_json result = {
      {"format", format.name}, {"file", file.string()}, {"size_bytes", fs::file_size(file)}};
  if (!windows) return result;
  const Agreement agreement = compare_with_checkpoint(checkpoint, file, *windows);
  result["compared_windows"] = agreement.windows;
  result["largest_difference"] = agreement.largest_difference;
  result["same_class"] = agreement.same_class;
  logger.info("{}: {} of {} windows get the same class as from the checkpoint, largest difference of a logit {:.2g}",
              file.string(),
              static_cast<long long>(std::llround(agreement.same_class * static_cast<double>(agreement.windows))),
              agreement.windows, agreement.largest_difference);
  return result;
}

int convert_model(const ModelArguments& arguments, spdlog::logger& logger) {
  std::vector<const FormatSpec*> formats;
  for (const std::string& name : arguments.formats) formats.push_back(&find_format(name));
  start_context(arguments.threads, "cpu", logger);
  const Checkpoint checkpoint = load_checkpoint(arguments.source);
  const std::string name = arguments.name.empty() ? name_of_source(arguments.source) : arguments.name;
  const fs::path folder = arguments.out;
  for (const FormatSpec* format : formats) {
    const fs::path file = folder / (name + std::string(format->extension));
    if (fs::exists(file))
      throw Error(ErrorKind::usage, file.string(), "already exists; choose another --out or --name");
  }
  BeatSet windows;
  if (arguments.windows > 0) windows = test_windows(checkpoint.description, arguments.data, arguments.windows, logger);

  const MadeFolder made(folder);
  nlohmann::ordered_json results = nlohmann::ordered_json::array();
  for (const FormatSpec* format : formats) {
    const fs::path file = folder / (name + std::string(format->extension));
    results.push_back(convert_one(checkpoint, *format, file, windows.rows.empty() ? nullptr : &windows, logger));
  }
  if (arguments.json) {
    std::printf("%s", report_text(results).c_str());
    return kSuccess;
  }
  for (const auto& result : results) {
    std::printf("%s  %.1f KB\n", result.at("file").get<std::string>().c_str(),
                result.at("size_bytes").get<double>() / 1e3);
  }
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
    app.add_option("--windows", model.windows, "test windows to compare the file with the checkpoint on; 0: none")
        ->check(CLI::NonNegativeNumber)
        ->capture_default_str();
    app.add_option("--data", model.data, "where the run's database is now (default: as in training)");
    app.add_option("--threads", model.threads, "0: one for each processor")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
    app.add_flag("--json", model.json, "print the results as JSON on stdout");

    DatasetArguments dataset;
    CLI::App* sub =
        app.add_subcommand("dataset", "write the simulated database, or a database's beats as images or windows");
    declare_dataset_options(*sub, dataset);
    if (const auto status = parse_command_line(app, argc, argv)) return *status;
    const auto logger = make_logger(log_level);
    if (sub->parsed()) return convert_dataset(dataset, *logger);
    if (model.source.empty())
      throw Error(ErrorKind::usage, "source", "a run folder or checkpoint is needed; see convert --help");
    return convert_model(model, *logger);
  });
}

}  // namespace beatbench::cli
