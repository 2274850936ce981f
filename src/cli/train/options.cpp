#include "cli/train/options.h"

#include <cstdio>
#include <cstdlib>
#include <filesystem>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/label_map.h"
#include "beatbench/runtime/torch_backend.h"
#include "cli/data_options.h"

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

CLI::Option* choice(CLI::App& app, const std::string& flag, std::string& value, std::string_view option,
                    const std::string& help) {
  return app.add_option(flag, value, help)->check(CLI::IsMember(choices_of(option)))->capture_default_str();
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
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group("Data");
  app.add_flag("--strict", run.strict, "a wrong checksum is an error, not a warning")->group("Data");
}

void declare_training(CLI::App& app, RunOptions& run) {
  TrainingOptions& t = run.training;
  const char* group = "Training";
  app.add_option("--epochs", t.epochs, "passes over the training beats")->capture_default_str()->group(group);
  app.add_option("--batch-size", t.batch_size, "beats per step")->capture_default_str()->group(group);
  choice(app, "--optimizer", t.optimizer, "optimizer", "how weights are updated")->group(group);
  app.add_option("--learning-rate", t.learning_rate, "at the start, after warm-up")
      ->capture_default_str()
      ->group(group);
  app.add_option("--weight-decay", t.weight_decay, "L2 (adam, sgd) or decoupled (adamw)")
      ->capture_default_str()
      ->group(group);
  app.add_option("--momentum", t.momentum, "of sgd")->capture_default_str()->group(group);
  choice(app, "--schedule", t.schedule, "schedule", "how the learning rate falls")->group(group);
  app.add_option("--warmup-epochs", t.warmup_epochs, "the rate rises linearly over these")
      ->capture_default_str()
      ->group(group);
  app.add_option("--step-epochs", t.step_epochs, "schedule step: x0.1 every so many epochs")
      ->capture_default_str()
      ->group(group);
  app.add_option("--plateau-patience", t.plateau_patience,
                 "schedule plateau: x0.1 after so many epochs without a better validation loss")
      ->capture_default_str()
      ->group(group);
  choice(app, "--class-weights", t.class_weights, "class_weights",
         "weight of a class in the loss: equal, 1/n, 1/sqrt(n)")
      ->group(group);
  app.add_option("--largest-class-weight", t.largest_class_weight,
                 "no class weighs more than so many times the most frequent one; 0: no limit")
      ->capture_default_str()
      ->group(group);
  choice(app, "--record-weights", t.record_weights, "record_weights",
         "sqrt: beats of a class count less the more of them a recording has, by 1/sqrt(n)")
      ->group(group);
  choice(app, "--sampling", t.sampling, "sampling",
         "each beat once an epoch, or each class equally often (of recordings of several, the first counts)")
      ->group(group);
  app.add_option("--patience", t.patience, "stop early after so many epochs without a better --monitor; 0: never")
      ->capture_default_str()
      ->group(group);
  choice(app, "--monitor", t.monitor, "monitor", "validation figure that chooses the best epoch; last: the last one")
      ->group(group);
  app.add_option("--clip-norm", t.clip_norm, "largest gradient norm; 0: no clipping")
      ->capture_default_str()
      ->group(group);
  app.add_option("--label-smoothing", t.label_smoothing, "of the cross-entropy")->capture_default_str()->group(group);
  app.add_option("--seed", t.seed, "of every random stream: split, weights, order, dropout")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str()
      ->group(group);
  app.add_option("--seeds", run.seeds, "train so many, with the seeds from --seed on: mean, deviation and intervals")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str()
      ->group(group);
  choice(
      app, "--amp", t.amp, "amp",
      "bf16: products and convolutions in bfloat16, weights in float32; auto: where the processor has it and the model "
      "gains from it")
      ->group(group);
  choice(app, "--device", t.device, "device", "auto takes cuda where it is")->group(group);
  app.add_option("--loader-threads", t.loader_threads, "that make batches ahead of the training")
      ->capture_default_str()
      ->group(group);
  app.add_option("--save-every", t.save_every_steps,
                 "save the state after so many steps within an epoch, too; 0: after each epoch alone")
      ->capture_default_str()
      ->group(group);
  app.add_option("--keep-states", t.keep_states, "how many of the last saved states to keep")
      ->capture_default_str()
      ->group(group);
  app.add_option("--threads", run.threads, "0: one for each processor")
      ->capture_default_str()
      ->check(CLI::Range(0, 1024))
      ->group(group);
}

// "new", or the number of convolutions and dense layers of a new one: "conv3-dense3".
void ask_for_head(RunOptions& run, const std::string& text) {
  run.training.new_head = text != "keep";
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
  TrainingOptions& t = arguments.run.training;
  const char* group = "Transfer";
  app.add_option("--init-from", t.init_from,
                 "checkpoint or run folder to take weights from, where names and shapes fit")
      ->group(group);
  app.add_option("--replace-head", arguments.head,
                 "keep, new (drawn anew), or convM-denseN: a new one of M convolutions and N dense layers, for models "
                 "with the options head_convolutions and head_dense")
      ->capture_default_str()
      ->group(group);
  app.add_option("--freeze-layers", t.freeze_layers, "the first so many layers stay as they were loaded")
      ->capture_default_str()
      ->group(group);
  app.add_option("--loaded-rate-factor", t.loaded_rate_factor,
                 "learning rate of loaded weights, as a part of that of new ones")
      ->capture_default_str()
      ->group(group);
}

void declare_augmentation(CLI::App& app, AugmentationOptions& o) {
  const char* group = "Augmentation";
  app.add_option("--crops", o.crops,
                 "images: nine crops of 3/4 of each side, enlarged: none, random (the image or one of them), or all")
      ->check(CLI::IsMember({"none", "random", "all"}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--crop-classes", o.crop_classes, "all, or arrhythmias: all but normal beats")
      ->check(CLI::IsMember({"all", "arrhythmias"}))
      ->capture_default_str()
      ->group(group);
  app.add_option("--augment-scale", o.scale, "windows: times a factor of 1 - this to 1 + this")
      ->capture_default_str()
      ->group(group);
  app.add_option("--augment-shift", o.shift_samples, "windows: moved by at most so many samples")
      ->capture_default_str()
      ->group(group);
  app.add_option("--augment-warp", o.warp, "windows: time runs faster and slower by at most this share")
      ->capture_default_str()
      ->group(group);
  app.add_option_function<std::vector<std::string>>(
         "--augment-noise",
         [&o](const std::vector<std::string>& records) {
           o.noise = records;
           std::erase(o.noise, "");  // as --print-config writes it where there is none
         },
         "windows: noise of these records is added, for example nstdb/bw,nstdb/ma")
      ->delimiter(',')
      ->group(group);
  app.add_option("--augment-snr-low", o.snr_low_db, "its smallest signal-to-noise ratio in dB")
      ->capture_default_str()
      ->group(group);
  app.add_option("--augment-snr-high", o.snr_high_db, "its largest")->capture_default_str()->group(group);
  app.add_option("--lead-dropout", o.lead_dropout, "windows of several leads: share of leads left out")
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
  declare_augmentation(app, run.training.augmentation);
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
  if (run.training.init_from.empty() && (run.training.new_head || run.training.loaded_rate_factor != 1)) {
    throw Error(ErrorKind::usage, "--replace-head, --loaded-rate-factor", "are for weights that --init-from loads");
  }
}

}  // namespace beatbench::cli
