#include "runs/classify.h"

#include <algorithm>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/text.h"
#include "beatbench/data/database.h"
#include "beatbench/evaluation/predictions.h"
#include "beatbench/images/image_file.h"
#include "beatbench/recordings/csv/recording.h"
#include "beatbench/recordings/edf/recording.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/signal/prepare.h"
#include "beatbench/signal/realign.h"
#include "runs/agreement.h"
#include "runs/seen_recordings.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

Record read_as_it_is(const ClassifyInput& input, const ClassifyRequest& request,
                     const std::function<void(const std::string&)>& on_warning) {
  if (input.kind == ClassifyInput::Kind::csv) {
    CsvOptions options;
    if (!request.signal.empty()) options.signals = {request.signal};
    if (!request.time.empty()) options.time = request.time;
    if (request.rate_hz > 0) options.sampling_rate_hz = request.rate_hz;
    options.on_warning = on_warning;
    return read_csv_recording(input.path, options);
  }
  if (!request.signal.empty() || !request.time.empty() || request.rate_hz > 0) {
    on_warning(input.path.string() + ": --signal, --time and --rate are for CSV recordings; --lead chooses a lead");
  }
  if (input.kind == ClassifyInput::Kind::edf) {
    const auto& asked = request.source.lead;  // by names that it has only then
    return read_edf_recording(
        input.path, {.leads = request.leads.empty() ? asked : std::vector<std::string>(), .on_warning = on_warning});
  }
  ReadOptions options;
  options.on_warning = on_warning;
  options.annotator.reset();
  const fs::path annotations = input.path.string() + "." + request.annotator;
  const bool is_there = fs::exists(annotations);
  const std::string& from = request.source.from;
  if (!is_there && (from == "annotated" || (from == "auto" && request.annotator_is_given))) {
    throw Error(ErrorKind::usage, annotations.string(), "there is no such annotation file");
  }
  if (is_there) options.annotator = request.annotator;
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

Record read_recording(const ClassifyInput& input, const ClassifyRequest& request,
                      const std::function<void(const std::string&)>& on_warning) {
  Record record = read_as_it_is(input, request, on_warning);
  record.id = input.record;
  if (!request.leads.empty()) state_leads(record, request.leads);
  if (!request.units.empty()) state_units(record, request.units);
  return record;
}

BeatSet image_beat(const ClassifyInput& input, const Preprocessing& preprocessing,
                   const std::function<void(const std::string&)>& on_warning) {
  if (!preprocessing.features.empty()) {
    throw Error(ErrorKind::unsupported, input.path.string(),
                "is an image alone; the model needs the beats around it, as a recording has them");
  }
  if (preprocessing.input != "image") {
    throw Error(ErrorKind::unsupported, input.path.string(),
                "is an image, but this model takes " + preprocessing.input + "s of a recording");
  }
  BeatSet set;
  set.shape.image_size = preprocessing.image_size;
  set.pixels = decode_image(read_text_file(input.path), set.shape.image_size, input.path.string());
  if (make_dark_on_light(set.pixels)) {
    on_warning(input.path.string() + ": is drawn light on a dark ground; its negative is classified");
  }
  set.records = {{input.record, input.record}};
  set.rows = {{0, 0, 0, -1}};
  return set;
}

// A recording as a model of whole recordings takes it.
BeatSet whole_recording(const Record& record, const Preprocessing& preprocessing) {
  BeatSet set;
  set.shape.length_samples = preprocessing.length_samples();
  set.shape.leads = static_cast<int>(preprocessing.leads.size());
  set.values = prepare_recording(record, preprocessing);
  set.records = {{record.id, record.subject}};
  set.rows = {{}};
  return set;
}

// Says of a recording that trained the model that its metrics are not those of a new one.
void say_what_was_seen(const Record& record, const SeenIndex& index, const Provenance& provenance,
                       PredictedInput& summary, const std::function<void(const std::string&)>& warn) {
  if (!provenance.seen) return;
  summary.seen_as = seen_as(record, index, provenance);
  if (!summary.seen_as->empty())
    warn(record.id + ": the model was trained on this recording: " + joined(*summary.seen_as));
}

}  // namespace

Classified classify_input(const ClassifyInput& input, const ClassifyRequest& request, Engine& engine,
                          const SeenIndex& index, const Listener& listener) {
  const Preprocessing& preprocessing = engine.description().preprocessing;
  Classified result;
  PredictedInput& summary = result.summary;
  summary.input = input.path.string();
  summary.record = input.record;
  summary.is_image = input.kind == ClassifyInput::Kind::image;
  const auto warn = [&](const std::string& text) {
    listener.warn(text);
    summary.notes.push_back(text);
  };
  Record record;
  if (summary.is_image) {
    result.beats = image_beat(input, preprocessing, warn);
  } else {
    record = read_recording(input, request, warn);
    say_what_was_seen(record, index, engine.description().provenance, summary, warn);
    const bool is_reference = input.kind == ClassifyInput::Kind::record && request.annotator == "atr";
    if (is_reference && has_marks_to_realign(input.path)) realign_beats(record);
    if (preprocessing.of_recordings()) {
      summary.is_whole = true;
      summary.lead = joined(preprocessing.leads, ",");
      const double seconds = preprocessing.length_samples() / preprocessing.sampling_rate_hz;
      if (static_cast<double>(record.length_samples()) / record.sampling_rate_hz > seconds + 1e-9)
        warn(record.id + ": the middle " + number_text(seconds) + " s of it are classified");
      const std::vector<Doubt> doubts = doubts_about(record, preprocessing);
      refuse(record, doubts, kHowToStateUnits);
      for (const Doubt& doubt : doubts) warn(record.id + ": " + doubt.text);
      result.beats = whole_recording(record, preprocessing);
      result.statements = statements_in(record.comments);
    } else {
      RecordingBeats found = beats_of_recording(record, preprocessing, request.source);
      for (const std::string& text : found.warnings) warn(record.id + ": " + text);
      result.beats = std::move(found.beats);
      summary.lead = found.lead;
      summary.detected = found.detected;
      if (!found.detected && !request.source.detector.empty() && request.source.from == "auto")
        warn(record.id + ": its beats are annotated; --detector is for --beats detected");
      if (found.searched_leads > 1)
        listener.info(record.id + ": beats detected in " + std::to_string(found.searched_leads) + " ECG leads");
    }
    result.frame_rate_hz = record.frame_rate_hz;
    summary.sampling_rate_hz = record.sampling_rate_hz;
    summary.start_s = record.start_s;
    summary.duration_s = static_cast<double>(record.length_samples()) / record.sampling_rate_hz;
  }
  if (result.beats.size() == 0) throw Error(ErrorKind::data, input.path.string(), "has no beat that can be classified");
  const int classes = engine.description().shape.outputs;
  result.probabilities = probabilities_of(engine, result.beats, [&](std::size_t) { listener.stop_if_told(); });
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

}  // namespace beatbench
