#include "cli/train/options.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/label_map.h"
#include "beatbench/runtime/torch_backend.h"
#include "cli/data_options.h"
#include "cli/declare_options.h"

namespace beatbench::cli {
namespace {

ModelOptions parse_model_options(const std::vector<std::string>& pairs) {
  ModelOptions options;
  for (const std::string& pair : pairs) {
    const std::size_t equals = pair.find('=');
    double value = 0;
    if (equals == std::string::npos || equals == 0 || !CLI::detail::lexical_cast(pair.substr(equals + 1), value)) {
      throw Error(ErrorKind::usage, "--model-option", "'" + pair + "' is not of the form NAME=NUMBER");
    }
    options[pair.substr(0, equals)] = value;
  }
  return options;
}

void declare_data(CLI::App& app, RunOptions& run) {
  app.add_option("--data", run.data,
                 "database by name (" + names_of(database_registry()) +
                     "), a folder of WFDB records, a folder with a folder of images for each class, a label-first CSV, "
                     "or an HDF5 file of tracings")
      ->capture_default_str()
      ->group("Data");
  app.add_option("--classes", run.preprocessing.class_map,
                 "of beats " + names_of(class_maps()) + ", or own: those that images or windows have themselves; of " +
                     "recordings " + names_of(label_maps()))
      ->capture_default_str()
      ->group("Data");
  std::vector<std::string> protocols;
  for (const ProtocolSpec& spec : protocol_registry()) protocols.emplace_back(spec.name);
  app.add_option("--protocol", run.protocol, names_of(protocol_registry()))
      ->check(CLI::IsMember(protocols))
      ->capture_default_str()
      ->group("Data");
  declare_split(app, run.split, "Data");
  app.add_option("--extra-training", run.extra_training,
                 "another database; all of its beats are trained on, none is tested")
      ->group("Data");
  app.add_flag("--all-folds", run.all_folds, "train one for each fold, and report them together")->group("Data");
  app.add_option("--max-windows", run.max_windows,
                 "use at most so many beats, drawn in proportion to the classes; 0: all")
      ->check(numbers(at_least(0)))
      ->capture_default_str()
      ->group("Data");
  app.add_flag("--strict", run.strict, "a wrong checksum is an error, not a warning")->group("Data");
}

void declare_training(CLI::App& app, RunOptions& run) {
  const char* group = "Training";
  for_each_training_option(run.training, declare_in(app, group));
  app.add_option("--seeds", run.seeds, "train so many, with the seeds from --seed on: mean, deviation and intervals")
      ->check(numbers(from_to(1, 1000)))
      ->capture_default_str()
      ->group(group);
  app.add_option("--threads", run.threads, "0: one for each processor")
      ->capture_default_str()
      ->check(numbers(from_to(0, 1024)))
      ->group(group);
}

// "new", or the number of convolutions and dense layers of a new one: "conv3-dense3".
void ask_for_head(RunOptions& run, const std::string& text) {
  run.training.transfer.new_head = text != "keep";
  int convolutions = 0, dense = 0;
  char rest = 0;
  if (text == "keep" || text == "new") return;
  if (std::sscanf(text.c_str(), "conv%d-dense%d%c", &convolutions, &dense, &rest) != 2) {
    throw Error(ErrorKind::usage, "--replace-head", "'" + text + "' is not valid; allowed: keep, new, convM-denseN");
  }
  run.model_options["head_convolutions"] = convolutions;
  run.model_options["head_dense"] = dense;
}

void declare_transfer(CLI::App& app, TrainArguments& arguments) {
  const char* group = "Transfer";
  for_each_transfer_option(arguments.run.training.transfer, declare_in(app, group));
  app.add_option("--replace-head", arguments.head,
                 "keep, new (drawn anew), or convM-denseN: a new one of M convolutions and N dense layers, for models "
                 "with the options head_convolutions and head_dense")
      ->capture_default_str()
      ->group(group);
}

}  // namespace

std::string descriptions_of_models() {
  std::string text = "Models, and their options with what they are by default:\n";
  for (const ModelSpec& spec : model_table()) {
    text += "  " + std::string(spec.name) + ": " + std::string(spec.description) + "\n";
    for (const ModelOption& option : spec.options) {
      std::string name = "    " + std::string(option.name) + "=" + number_text(option.default_value);
      name.resize(std::max<std::size_t>(22, name.size() + 1), ' ');
      text += name + std::string(option.text) + "\n";
    }
  }
  return text;
}

void declare_train_options(CLI::App& app, TrainArguments& arguments) {
  RunOptions& run = arguments.run;
  app.add_option("--model", run.model, names_of(model_table()))->capture_default_str();
  app.add_option_function<std::vector<std::string>>(
         "--model-option",
         [&run](const std::vector<std::string>& pairs) { run.model_options = parse_model_options(pairs); },
         "NAME=NUMBER, options of the model, see Models below")
      ->delimiter(',');
  app.add_option("--out", arguments.out, "run folder to make; must not exist (default: runs/MODEL-N)");
  app.add_option("--resume", arguments.resume, "go on with the run in this folder; every other option comes from it")
      ->check(CLI::ExistingDirectory)
      ->configurable(false);
  app.add_flag("--json", arguments.json, "print the report on stdout instead of tables")->configurable(false);
  app.add_option("--log-level", arguments.log_level, "of stderr: debug, info, warning, error, quiet")
      ->check(CLI::IsMember({"debug", "info", "warning", "error", "quiet"}))
      ->capture_default_str();
  app.add_flag("--print-config", arguments.print_config, "print the effective options as a config file and stop")
      ->configurable(false);
  app.set_config("--config", "", "read options from a file as --print-config writes it; flags win over it")
      ->check([](const std::string& file) {  // before it is read
        constexpr std::uintmax_t most = 1 << 20;
        std::error_code ignored;
        const auto type = std::filesystem::status(file, ignored).type();
        const bool is_large = type == std::filesystem::file_type::regular && std::filesystem::file_size(file) > most;
        if (is_large) return file + " is larger than 1 MiB, as no file of options is";
        const bool is_endless = type == std::filesystem::file_type::character;
        return is_endless ? file + " is a device, no file of options" : std::string();
      });
  app.allow_config_extras(CLI::config_extras_mode::error);
  declare_data(app, run);
  declare_preprocessing(app, run.preprocessing);
  declare_training(app, run);
  declare_transfer(app, arguments);
  for_each_augmentation_option(run.training.augmentation, declare_in(app, "Augmentation"));
}

void complete_options(CLI::App& app, TrainArguments& arguments) {
  RunOptions& run = arguments.run;
  complete_preprocessing(app, run.preprocessing, require_model(run.model).input);
  ask_for_head(run, arguments.head);
  if (run.training.amp == "auto") {  // decided here, so that config.json has it and a resumed run goes on alike
    if (read_launch_environment(std::getenv).count > 1)
      throw Error(ErrorKind::usage, "--amp", "auto is for one process; several must agree: bf16 or off");
    run.training.amp = resolve_amp("auto", torch_backend().resolve_device(run.training.device), run.model);
  }
  if (run.training.transfer.init_from.empty() &&
      (run.training.transfer.new_head || run.training.transfer.loaded_rate_factor != 1)) {
    throw Error(ErrorKind::usage, "--replace-head, --loaded-rate-factor", "are for weights that --init-from loads");
  }
}

}  // namespace beatbench::cli
