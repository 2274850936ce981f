#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <bit>
#include <cstdio>
#include <map>
#include <numeric>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/label_map.h"
#include "beatbench/core/text.h"
#include "beatbench/data/database.h"
#include "beatbench/data/recording.h"
#include "beatbench/evaluation/beat_matching.h"
#include "beatbench/images/image_file.h"
#include "beatbench/models/predict.h"
#include "beatbench/recordings/csv/recording.h"
#include "beatbench/recordings/edf/recording.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/report/figures_json.h"
#include "beatbench/report/prediction_report.h"
#include "beatbench/report/table.h"
#include "beatbench/runtime/engine.h"
#include "beatbench/signal/detector.h"
#include "beatbench/signal/prepare.h"
#include "beatbench/signal/realign.h"
#include "cli/classify/inputs.h"
#include "cli/classify/output.h"
#include "cli/commands.h"
#include "cli/data_options.h"
#include "cli/progress.h"
#include "cli/run_main.h"
#include "runs/run_folder.h"
#include "runs/seen_recordings.h"

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
  BeatSource source;
  std::string annotator = "atr";
  bool annotator_is_given = false;
  std::string signal, time;
  std::string units;               // what the file does not say
  std::vector<std::string> leads;  // likewise, in its order
  double rate_hz = 0;
  int threads = 0;
  bool json = false, trust_model = false;
};

std::vector<float> probabilities_of(Engine& engine, const BeatSet& beats) {
  std::vector<std::uint32_t> rows(beats.size());
  std::iota(rows.begin(), rows.end(), 0U);
  std::vector<float> out;
  const std::size_t batch = evaluation_batch(beats);
  for (std::size_t first = 0; first < rows.size(); first += batch) {
    stop_if_interrupted();
    const std::size_t count = std::min(batch, rows.size() - first);
    const auto part = engine.run(inputs_of(beats, std::span(rows).subspan(first, count)), static_cast<int>(count));
    out.insert(out.end(), part.begin(), part.end());
  }
  const ModelDescription& description = engine.description();
  probabilities_of_logits(out, description.shape.outputs, description.preprocessing.multi_label);
  return out;
}

Record read_as_it_is(const ClassifyInput& input, const ClassifyArguments& arguments,
                     const std::function<void(const std::string&)>& on_warning) {
  if (input.kind == ClassifyInput::Kind::csv) {
    CsvOptions options;
    if (!arguments.signal.empty()) options.signals = {arguments.signal};
    if (!arguments.time.empty()) options.time = arguments.time;
    if (arguments.rate_hz > 0) options.sampling_rate_hz = arguments.rate_hz;
    options.on_warning = on_warning;
    return read_csv_recording(input.path, options);
  }
  if (!arguments.signal.empty() || !arguments.time.empty() || arguments.rate_hz > 0) {
    on_warning(input.path.string() + ": --signal, --time and --rate are for CSV recordings; --lead chooses a lead");
  }
  if (input.kind == ClassifyInput::Kind::edf) {
    const auto& asked = arguments.source.lead;  // by names that it has only then
    return read_edf_recording(
        input.path, {.leads = arguments.leads.empty() ? asked : std::vector<std::string>(), .on_warning = on_warning});
  }
  ReadOptions options;
  options.on_warning = on_warning;
  options.annotator.reset();
  const fs::path annotations = input.path.string() + "." + arguments.annotator;
  const bool is_there = fs::exists(annotations);
  const std::string& from = arguments.source.from;
  if (!is_there && (from == "annotated" || (from == "auto" && arguments.annotator_is_given))) {
    throw Error(ErrorKind::usage, annotations.string(), "there is no such annotation file");
  }
  if (is_there) options.annotator = arguments.annotator;
  if (from != "detected") return read_record(input.path, options);
  try {
    return read_record(input.path, options);  // what is annotated is compared with what is detected
  } catch (const Error& error) {
    if (!is_there) throw;
    options.annotator.reset();
    Record record = read_record(input.path, options);
    on_warning(std::string(error.what()) + "; the detected beats are compared with nothing");
    return record;
  }
}

Record read_recording(const ClassifyInput& input, const ClassifyArguments& arguments,
                      const std::function<void(const std::string&)>& on_warning) {
  Record record = read_as_it_is(input, arguments, on_warning);
  record.id = input.record;
  if (!arguments.leads.empty()) state_leads(record, arguments.leads);
  if (!arguments.units.empty()) state_units(record, arguments.units);
  return record;
}

BeatSet image_beat(const ClassifyInput& input, const Preprocessing& preprocessing,
                   const std::function<void(const std::string&)>& on_warning) {
  if (!preprocessing.context.empty()) {
    throw Error(ErrorKind::unsupported, input.path.string(),
                "is an image alone; the model needs the beats around it, as a recording has them");
  }
  if (preprocessing.input != "image") {
    throw Error(ErrorKind::unsupported, input.path.string(),
                "is an image, but this model eats " + preprocessing.input + "s of a recording");
  }
  BeatSet set;
  set.image_size = preprocessing.image_size;
  set.pixels = decode_image(read_text_file(input.path), set.image_size, input.path.string());
  if (make_dark_on_light(set.pixels)) {
    on_warning(input.path.string() + ": is drawn light on a dark ground; its negative is classified");
  }
  set.records = {{input.record, input.record}};
  set.rows = {{0, 0, 0, -1}};
  return set;
}

// A recording as a model of whole recordings eats it.
BeatSet whole_recording(const Record& record, const Preprocessing& preprocessing) {
  BeatSet set;
  set.length_samples = preprocessing.length_samples();
  set.leads = static_cast<int>(preprocessing.leads.size());
  set.values = prepare_recording(record, preprocessing);
  set.records = {{record.id, record.subject}};
  set.rows = {{}};
  return set;
}

// Figures against what a recording's header states; nullopt where it states nothing.
std::optional<ClassificationFigures> agreement_of_whole(const Classified& result, const Preprocessing& preprocessing) {
  if (result.statements.empty()) return std::nullopt;
  const std::uint64_t reference = find_label_map(preprocessing.class_map).classes_of(result.statements);
  return evaluate_multi_label({&reference, 1}, result.found, preprocessing.class_names);
}

// Figures against the annotations, of the beats that the model's classes have a place for.
std::optional<ClassificationFigures> agreement_of(const Classified& result, const Preprocessing& preprocessing) {
  if (preprocessing.class_map == kOwnClasses) return std::nullopt;
  const ClassMap& classes = find_class_map(preprocessing.class_map);
  std::vector<int> reference, predicted;
  for (std::size_t i = 0; i < result.beats.size(); ++i) {
    const auto label = classes.label_of(result.beats.rows[i].code);
    if (!label) continue;
    reference.push_back(*label);
    predicted.push_back(std::countr_zero(result.found[i]));
  }
  if (reference.empty()) return std::nullopt;
  return evaluate_classification(reference, predicted, preprocessing.class_names);
}

// Of detected beats: figures of those that lie within 150 ms of an annotated one, paired as EC57 has it, and a note of
// the others.
std::optional<ClassificationFigures> agreement_of_detected(const Classified& result, const Record& record,
                                                           const Preprocessing& preprocessing,
                                                           std::vector<std::string>& notes) {
  if (preprocessing.class_map == kOwnClasses) return std::nullopt;
  const ClassMap& classes = find_class_map(preprocessing.class_map);
  std::map<std::int64_t, std::optional<int>> annotated;  // none: a beat of a kind that the classes do not have
  std::map<std::int64_t, int> predicted;
  BeatMarks reference, test;
  for (const Annotation& annotation : record.annotations) {
    const auto label = classes.label_of(annotation.code);
    if ((!label && !is_beat(annotation.code)) || !annotated.emplace(annotation.sample, label).second) continue;
    reference.beats.push_back({annotation.sample});
  }
  if (reference.beats.empty()) return std::nullopt;
  for (std::size_t i = 0; i < result.beats.size(); ++i) {
    predicted[result.beats.rows[i].sample] = std::countr_zero(result.found[i]);
    test.beats.push_back({result.beats.rows[i].sample});
  }
  std::ranges::sort(reference.beats, {}, &BeatMark::sample);
  const BeatComparison compared =
      compare_beats(reference, test, {.sampling_rate_hz = record.sampling_rate_hz, .start_s = 0});
  std::vector<int> was, is;
  for (const auto& [mark, found] : compared.pairs) {
    if (!annotated.at(mark.sample)) continue;
    was.push_back(*annotated.at(mark.sample));
    is.push_back(predicted.at(found.sample));
  }
  const std::size_t others = compared.pairs.size() - was.size();
  notes.push_back("of " + std::to_string(reference.beats.size()) + " annotated beats " +
                  std::to_string(compared.missed.size()) + " were not detected, and " +
                  std::to_string(compared.extra.size()) + " detected ones are not annotated" +
                  (others > 0 ? "; " + std::to_string(others) + " are of kinds that the classes do not have" : ""));
  if (was.empty()) return std::nullopt;
  return evaluate_classification(was, is, preprocessing.class_names);
}

// Says of a recording that trained the model that its figures are not those of a new one.
void say_what_was_seen(const Record& record, const SeenIndex& index, const Provenance& provenance,
                       PredictedInput& summary, const std::function<void(const std::string&)>& warn) {
  if (!provenance.seen) return;
  summary.seen_as = seen_as(record, index, provenance);
  if (!summary.seen_as->empty())
    warn(record.id + ": the model was trained on this recording: " + joined(*summary.seen_as));
}

Classified classify_one(const ClassifyInput& input, const ClassifyArguments& arguments, Engine& engine,
                        const SeenIndex& index, spdlog::logger& logger) {
  const Preprocessing& preprocessing = engine.description().preprocessing;
  Classified result;
  PredictedInput& summary = result.summary;
  summary.input = input.path.string();
  summary.record = input.record;
  summary.is_image = input.kind == ClassifyInput::Kind::image;
  const auto warn = [&](const std::string& text) {
    logger.warn("{}", text);
    summary.notes.push_back(text);
  };
  Record record;
  if (summary.is_image) {
    result.beats = image_beat(input, preprocessing, warn);
  } else {
    record = read_recording(input, arguments, warn);
    say_what_was_seen(record, index, engine.description().provenance, summary, warn);
    const bool is_reference = input.kind == ClassifyInput::Kind::record && arguments.annotator == "atr";
    if (is_reference && has_marks_to_realign(input.path)) realign_beats(record);
    if (preprocessing.of_recordings()) {
      summary.is_whole = true;
      for (const std::string& name : preprocessing.leads) summary.lead += (summary.lead.empty() ? "" : ",") + name;
      const double seconds = preprocessing.length_samples() / preprocessing.sampling_rate_hz;
      if (static_cast<double>(record.length_samples()) / record.sampling_rate_hz > seconds + 1e-9)
        warn(record.id + ": the middle " + number_text(seconds) + " s of it are classified");
      const std::vector<Doubt> doubts = doubts_about(record, preprocessing);
      refuse(record, doubts, kHowToStateUnits);
      for (const Doubt& doubt : doubts) warn(record.id + ": " + doubt.text);
      result.beats = whole_recording(record, preprocessing);
      result.statements = statements_in(record.comments);
    } else {
      RecordingBeats found = beats_of_recording(record, preprocessing, arguments.source);
      for (const std::string& text : found.warnings) warn(record.id + ": " + text);
      result.beats = std::move(found.beats);
      summary.lead = found.lead;
      summary.detected = found.detected;
      if (!found.detected && !arguments.source.detector.empty() && arguments.source.from == "auto")
        warn(record.id + ": its beats are annotated; --detector is for --beats detected");
      if (found.searched_leads > 1) logger.info("{}: beats detected in {} ECG leads", record.id, found.searched_leads);
    }
    result.frame_rate_hz = record.frame_rate_hz;
    summary.sampling_rate_hz = record.sampling_rate_hz;
    summary.start_s = record.start_s;
    summary.duration_s = static_cast<double>(record.length_samples()) / record.sampling_rate_hz;
  }
  if (result.beats.size() == 0) throw Error(ErrorKind::data, input.path.string(), "has no beat that can be classified");
  const int classes = engine.description().shape.outputs;
  result.probabilities = probabilities_of(engine, result.beats);
  result.found = predicted_classes(result.probabilities, preprocessing);
  summary.counts.assign(static_cast<std::size_t>(classes), 0);
  summary.mean_probabilities.assign(static_cast<std::size_t>(classes), 0.0);
  for (const std::uint64_t set : result.found) {
    for (std::size_t c = 0; c < summary.counts.size(); ++c)
      summary.counts[c] += static_cast<std::int64_t>(set >> c & 1U);
  }
  for (std::size_t i = 0; i < result.probabilities.size(); ++i) {
    summary.mean_probabilities[i % static_cast<std::size_t>(classes)] +=
        static_cast<double>(result.probabilities[i]) / static_cast<double>(result.beats.size());
  }
  if (summary.is_whole)
    summary.agreement = agreement_of_whole(result, preprocessing);
  else if (!summary.is_image && !summary.detected)
    summary.agreement = agreement_of(result, preprocessing);
  else if (!summary.is_image)
    summary.agreement = agreement_of_detected(result, record, preprocessing, summary.notes);
  return result;
}

// What is wrong with an input, with its name, which not every library knows.
std::string failure_text(const ClassifyInput& input, const std::exception& error) {
  const std::string text =
      dynamic_cast<const std::bad_alloc*>(&error) ? "takes more memory than there is" : error_text(error);
  const std::string name = input.path.filename().string();
  const bool is_named = text.find(input.path.string()) != std::string::npos || text.starts_with(name) ||
                        text.find("record " + input.record) != std::string::npos;
  return is_named ? text : input.path.string() + ": " + text;
}

// Options that this model, these beats or these inputs do not go by.
void say_what_is_left_aside(const ClassifyArguments& a, std::span<const ClassifyInput> inputs,
                            const Preprocessing& preprocessing, spdlog::logger& logger) {
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
    if (!names.empty()) logger.warn("left aside, because {}: {}", reason, joined(names));
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

int run_classify(const ClassifyArguments& arguments, spdlog::logger& logger) {
  if (!arguments.units.empty() && !is_voltage(arguments.units)) {
    throw Error(ErrorKind::usage, "--units", "'" + arguments.units + "' is not valid; allowed: mV, uV, V, nV");
  }
  const std::vector<ClassifyInput> inputs = find_inputs(arguments.inputs);
  const bool any_csv = std::ranges::any_of(inputs, [](const auto& i) { return i.kind == ClassifyInput::Kind::csv; });
  if (!any_csv && (!arguments.signal.empty() || !arguments.time.empty() || arguments.rate_hz > 0)) {
    throw Error(ErrorKind::usage, "--signal, --time, --rate",
                "are for CSV recordings, and none is among the inputs; --lead chooses a lead");
  }
  if (!arguments.source.detector.empty()) find_detector(arguments.source.detector);
  AtomicFolder folder(arguments.out);
  PredictionReport report;
  report.context = start_context(arguments.threads, "cpu", logger);
  const fs::path model_file = checkpoint_path(arguments.model);
  const std::unique_ptr<Engine> engine =
      open_model(model_file, arguments.trust_model ? Trust::given : Trust::by_looking);
  const ModelDescription& description = engine->description();
  report.model = description.model;
  report.file = model_file.filename().string();
  report.preprocessing = description.preprocessing;
  report.provenance = description.provenance;
  const SeenIndex index(description.provenance.seen.value_or(std::vector<SeenRecording>()));
  say_what_is_left_aside(arguments, inputs, description.preprocessing, logger);

  catch_interrupts();
  Progress progress("classifying", 10.0);
  std::string csv = csv_heading(description.preprocessing.class_names);
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    stop_if_interrupted();
    try {
      const Classified result = classify_one(inputs[i], arguments, *engine, index, logger);
      csv += csv_rows(result, description.preprocessing.class_names);
      if (!result.summary.is_image && !result.summary.is_whole) {
        write_annotations(folder.temporary(), result, description.preprocessing);
      }
      report.inputs.push_back(result.summary);
    } catch (const std::exception& error) {  // the others go on
      const std::string text = failure_text(inputs[i], error);
      const auto* own = dynamic_cast<const Error*>(&error);
      if (inputs.size() == 1) throw Error(own ? own->kind() : ErrorKind::data, "", text);
      progress.clear();
      logger.error("{}", text);
      report.failures.push_back(text);
    }
    progress.update(static_cast<std::int64_t>(i + 1), static_cast<std::int64_t>(inputs.size()), "inputs");
  }
  progress.clear();
  if (report.inputs.empty()) throw Error(ErrorKind::data, "", "none of the inputs could be classified");
  const std::string summary = report_text(to_json(report));
  write_file_atomically(folder.temporary() / "predictions.csv", csv);
  write_file_atomically(folder.temporary() / "summary.json", summary);
  folder.commit();
  if (arguments.json)
    std::printf("%s", summary.c_str());
  else
    print_table(report);
  logger.info("{}: predictions.csv, summary.json{}", arguments.out,
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
    app.add_option("--beats", a.source.from, "annotated, detected, or auto: annotated where there are annotations")
        ->check(CLI::IsMember({"auto", "annotated", "detected"}))
        ->capture_default_str();
    const CLI::Option* annotator =
        app.add_option("--annotator", a.annotator, "extension of the annotation files to take beats from")
            ->capture_default_str();
    app.add_option("--detector", a.source.detector,
                   "for beats that are not annotated (default: " + std::string(kDefaultDetector) + ")");
    app.add_option("--lead", a.source.lead,
                   "lead names in order of preference, in which beats are then detected as well "
                   "(default: the model's, and beats in all ECG leads together)")
        ->delimiter(',');
    app.add_option("--units", a.units, "mV, uV, V or nV, of leads whose file does not state their unit");
    app.add_option("--leads-are", a.leads,
                   "names of a recording's leads, or of the columns taken as such, in their order, where its file does "
                   "not state them")
        ->delimiter(',');
    app.add_option("--signal", a.signal, "column of a CSV, by heading or number (default: found by the leads' names)")
        ->group("CSV");
    app.add_option("--time", a.time, "column of times (default: found), or none")->group("CSV");
    app.add_option("--rate", a.rate_hz, "sampling rate in Hz, for a CSV without times that say it")
        ->check(CLI::PositiveNumber)
        ->group("CSV");
    app.add_option("--threads", a.threads, "0: one for each processor")
        ->capture_default_str()
        ->check(CLI::Range(0, 1024));
    app.add_flag("--trust-model", a.trust_model,
                 "run a TorchScript file whatever code it holds: only for those whose maker you know");
    app.add_flag("--json", a.json, "print the summary on stdout instead of a table");
    app.add_option("--log-level", a.log_level, "of stderr: debug, info, warning, error, quiet")
        ->check(CLI::IsMember({"debug", "info", "warning", "error", "quiet"}))
        ->capture_default_str();
    if (const auto status = parse_command_line(app, argc, argv)) return *status;
    a.annotator_is_given = annotator->count() > 0;
    return run_classify(a, *make_logger(a.log_level));
  });
}

}  // namespace beatbench::cli
