#include "runs/classify.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <numeric>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/text.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/report/prediction_report.h"
#include "beatbench/report/table.h"
#include "beatbench/runtime/engine.h"
#include "beatbench/runtime/model_file.h"
#include "beatbench/signal/detector.h"
#include "cli/commands.h"
#include "cli/console.h"
#include "cli/data_options.h"
#include "cli/declare_options.h"
#include "cli/run_main.h"
#include "cli/session.h"

namespace beatbench::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kClassifyExamples =
    "Examples:\n"
    "  classify --model models/r1.pt mitdb/100 --out predictions\n"
    "  classify --model models/r1.pt recording.csv --signal MLII --rate 250\n"
    "  classify --model models/r1.pt holter.edf --lead V5\n"
    "  classify --model models/l1.pt twelve.csv --rate 500 --units uV --leads-are "
    "I,II,III,aVR,aVL,aVF,V1,V2,V3,V4,V5,V6\n"
    "  classify --model models/c1.pt beat.png\n"
    "  classify --model runs/r1/checkpoints/best.pt folder/of/records --beats detected --json\n\n"
    "Writes OUT/predictions.csv (a row per beat: record, sample, time, class, probabilities), OUT/RECORD.pred (a WFDB\n"
    "annotation file, annotator pred) and OUT/summary.json. A recording's beats are its annotated ones, where there "
    "are\nany, else they are detected.";

struct ClassifyArguments {
  std::string model, out = "predictions", log_level = "info";
  std::vector<std::string> inputs;
  ClassifyRequest request;
  int threads = 0;
  bool json = false, trust_model = false;
};

// What is wrong with an input, with its name, which not every library knows.
std::string failure_text(const ClassifyInput& input, const std::exception& error) {
  const std::string text =
      dynamic_cast<const std::bad_alloc*>(&error) ? "takes more memory than there is" : std::string(error.what());
  const std::string name = input.path.filename().string();
  const bool is_named = text.find(input.path.string()) != std::string::npos || text.starts_with(name) ||
                        text.find("record " + input.record) != std::string::npos;
  return is_named ? text : input.path.string() + ": " + text;
}

void print_table(const PredictionReport& report) {
  Table table({{"record", Align::left}, {"beats"}, {"from", Align::left}, {"verdict", Align::left}});
  for (const PredictedInput& input : report.inputs) {
    const std::int64_t beats = std::accumulate(input.counts.begin(), input.counts.end(), std::int64_t{0});
    table.add_row({input.record, input.is_whole ? "-" : std::to_string(beats),
                   input.is_image   ? "image"
                   : input.is_whole ? "recording"
                   : input.detected ? "detector"
                                    : "annotations",
                   verdict(input, report.preprocessing.class_names)});
  }
  std::printf("%s", table.text().c_str());
}

// Options that this model, these beats or these inputs do not go by.
void say_what_is_left_aside(const ClassifyRequest& a, std::span<const ClassifyInput> inputs,
                            const Preprocessing& preprocessing, const Listener& listener) {
  const std::vector<std::pair<std::string, bool>> given = {
      {"--beats", a.source.from != "auto"},       {"--lead", !a.source.lead.empty()},
      {"--detector", !a.source.detector.empty()}, {"--units", !a.units.empty()},
      {"--leads-are", !a.leads.empty()},          {"--annotator", a.annotator_is_given},
  };
  const auto say = [&](const char* reason, std::initializer_list<std::string_view> options) {
    std::vector<std::string> names;
    for (const auto& [name, is_given] : given) {
      if (is_given && std::ranges::find(options, name) != options.end()) names.push_back(name);
    }
    if (!names.empty()) listener.warn("left aside, because " + std::string(reason) + ": " + joined(names));
  };
  const auto is = [](ClassifyInput::Kind kind) { return [kind](const ClassifyInput& i) { return i.kind == kind; }; };
  if (std::ranges::all_of(inputs, is(ClassifyInput::Kind::image))) {
    return say("images are classified", {"--beats", "--lead", "--detector", "--units", "--leads-are", "--annotator"});
  }
  if (std::ranges::none_of(inputs, is(ClassifyInput::Kind::record)))
    say("no WFDB record is among the inputs", {"--annotator"});
  if (preprocessing.of_recordings())
    say("the model takes whole recordings", {"--beats", "--lead", "--detector"});
  else if (a.source.from == "annotated")
    say("annotated beats are asked for", {"--detector"});
}

int run_classify(const ClassifyArguments& arguments, Console& console) {
  if (!arguments.request.units.empty() && !is_voltage(arguments.request.units)) {
    throw Error(ErrorKind::usage, "--units", "'" + arguments.request.units + "' is not valid; allowed: mV, uV, V, nV");
  }
  const std::vector<ClassifyInput> inputs = find_inputs(arguments.inputs);
  const bool any_csv = std::ranges::any_of(inputs, [](const auto& i) { return i.kind == ClassifyInput::Kind::csv; });
  if (!any_csv &&
      (!arguments.request.signal.empty() || !arguments.request.time.empty() || arguments.request.rate_hz > 0)) {
    throw Error(ErrorKind::usage, "--signal, --time, --rate",
                "are for CSV recordings, and none is among the inputs; --lead chooses a lead");
  }
  if (!arguments.request.source.detector.empty()) require_detector(arguments.request.source.detector);
  AtomicFolder folder(arguments.out);
  PredictionReport report;
  const Listener listener = console.listener();
  report.system = start_libtorch(arguments.threads, "cpu", listener);
  const fs::path model_file = checkpoint_path(arguments.model);
  const std::unique_ptr<Engine> engine =
      open_model(model_file, arguments.trust_model ? Trust::given : Trust::by_looking);
  const ModelDescription& description = engine->description();
  report.model = description.model;
  report.file = model_file.filename().string();
  report.preprocessing = description.preprocessing;
  report.provenance = description.provenance;
  const SeenIndex index(description.provenance.seen.value_or(std::vector<SeenRecording>()));
  say_what_is_left_aside(arguments.request, inputs, description.preprocessing, listener);

  catch_interrupts();
  std::string csv = csv_heading(description.preprocessing.class_names);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    listener.stop_if_told();
    try {
      const Classified result = classify_input(inputs[i], arguments.request, *engine, index, listener);
      csv += csv_rows(result, description.preprocessing.class_names);
      if (!result.summary.is_image && !result.summary.is_whole) {
        write_annotations(folder.temporary(), result, description.preprocessing);
      }
      report.inputs.push_back(result.summary);
    } catch (const std::exception& error) {  // the others go on
      const std::string text = failure_text(inputs[i], error);
      const auto* own = dynamic_cast<const Error*>(&error);
      if (inputs.size() == 1) throw Error(own ? own->kind() : ErrorKind::data, "", text);
      listener.error(text);
      report.failures.push_back(text);
    }
    listener.progress(
        {"classifying", static_cast<std::int64_t>(i + 1), static_cast<std::int64_t>(inputs.size()), "inputs"});
  }
  console.clear();
  if (report.inputs.empty()) throw Error(ErrorKind::data, "", "none of the inputs could be classified");
  const std::string summary = report_text(to_json(report));
  write_file_atomically(folder.temporary() / "predictions.csv", csv);
  write_file_atomically(folder.temporary() / "summary.json", summary);
  folder.commit();
  if (arguments.json)
    std::printf("%s", summary.c_str());
  else
    print_table(report);
  console.logger().info(
      "{}: predictions.csv, summary.json{}", arguments.out,
      report.inputs.front().is_image || report.inputs.front().is_whole ? "" : ", annotation files .pred");
  return report.failures.empty() ? kSuccess : kFailure;
}

}  // namespace

int classify_command(int argc, char** argv) {
  return run_main("classify", [&] {
    CLI::App app("Names the beats of recordings, or what beat images show.", "classify");
    app.footer(std::string(kClassifyExamples) + "\n\n" + descriptions_of("Detectors", detector_registry()) + "\n" +
               descriptions_of("Engines", engine_registry()));
    ClassifyArguments a;
    app.add_option("inputs", a.inputs, "WFDB records, .csv, .edf or .bdf recordings, images, or folders of them")
        ->required();
    app.add_option("--model", a.model, "model file, or run folder (its best checkpoint)")->required();
    app.add_option("--out", a.out, "folder to make; must not exist")->capture_default_str();
    app.add_option("--beats", a.request.source.from,
                   "annotated, detected, or auto: annotated where there are annotations")
        ->check(CLI::IsMember({"auto", "annotated", "detected"}))
        ->capture_default_str();
    const CLI::Option* annotator =
        app.add_option("--annotator", a.request.annotator, "extension of the annotation files to take beats from")
            ->capture_default_str();
    app.add_option("--detector", a.request.source.detector,
                   "for beats that are not annotated (default: " + std::string(kDefaultDetector) + ")");
    app.add_option("--lead", a.request.source.lead,
                   "lead names in order of preference, in which beats are then detected as well "
                   "(default: the model's, and beats in all ECG leads together)")
        ->delimiter(',');
    app.add_option("--units", a.request.units, "mV, uV, V or nV, of leads whose file does not state their unit");
    app.add_option("--leads-are", a.request.leads,
                   "names of a recording's leads, or of the columns taken as such, in their order, where its file does "
                   "not state them")
        ->delimiter(',');
    app.add_option("--signal", a.request.signal,
                   "column of a CSV, by heading or number (default: found by the leads' names)")
        ->group("CSV");
    app.add_option("--time", a.request.time, "column of times (default: found), or none")->group("CSV");
    app.add_option("--rate", a.request.rate_hz, "sampling rate in Hz, for a CSV without times that say it")
        ->check(numbers(above(0)))
        ->group("CSV");
    app.add_option("--threads", a.threads, "0: one for each processor")
        ->capture_default_str()
        ->check(numbers(from_to(0, 1024)));
    app.add_flag("--trust-model", a.trust_model,
                 "run a TorchScript file whatever code it holds: only for those whose maker you know");
    app.add_flag("--json", a.json, "print the summary on stdout instead of a table");
    app.add_option("--log-level", a.log_level, "of stderr: debug, info, warning, error, quiet")
        ->check(CLI::IsMember({"debug", "info", "warning", "error", "quiet"}))
        ->capture_default_str();
    if (const auto status = parse_command_line(app, argc, argv)) return *status;
    a.request.annotator_is_given = annotator->count() > 0;
    Console console(a.log_level);
    return run_classify(a, console);
  });
}

}  // namespace beatbench::cli
