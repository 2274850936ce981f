#include "beatbench/data/recording.h"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <iterator>

#include "beatbench/core/class_map.h"
#include "beatbench/core/error.h"
#include "beatbench/core/statistics.h"
#include "beatbench/core/text.h"
#include "beatbench/images/beat_image.h"
#include "beatbench/signal/detector.h"
#include "beatbench/signal/features.h"
#include "beatbench/signal/prepare.h"

namespace beatbench {
namespace {

// Of all but a hundredth of the samples on either side; an ECG in mV has about this much between them.
constexpr float kUsualSpread_mv = 1.0F;

void scale_to_usual_spread(std::vector<float>& signal) {
  std::vector<float> present;
  std::ranges::copy_if(signal, std::back_inserter(present), [](float value) { return !std::isnan(value); });
  if (present.size() < 2) return;
  const ValueRange range = trimmed_range(std::move(present), 100);
  const float spread = range.high - range.low;
  if (!(spread > 0)) return;
  for (float& value : signal) value *= kUsualSpread_mv / spread;
}

// Of the leads that a preprocessing takes.
std::vector<std::size_t> leads_of(const Record& record, const Preprocessing& preprocessing) {
  if (!preprocessing.of_recordings()) return {find_lead(record, preprocessing.leads)};
  std::vector<std::size_t> leads;
  for (const std::string& name : preprocessing.leads) leads.push_back(find_lead(record, {&name, 1}));
  return leads;
}

// Sizes to each other then depend on units, too.
bool have_several_units(const Record& record, std::span<const std::size_t> leads) {
  return std::ranges::any_of(leads, [&](std::size_t i) {
    const Lead &lead = record.leads[i], &first = record.leads[leads.front()];
    return lead.units != first.units || lead.unit_is_assumed != first.unit_is_assumed;
  });
}

bool has_flutter_waves(const Preprocessing& preprocessing) {
  return preprocessing.class_map != kOwnClasses &&
         require_class_map(preprocessing.class_map).label_of(codes::flutter_wave).has_value();
}

// Beats, and flutter waves, which only some models have a class for.
std::vector<BeatRow> annotated_rows(const Record& record) {
  std::vector<BeatRow> rows;
  const auto length = static_cast<std::int64_t>(record.length_samples());
  for (const Annotation& annotation : record.annotations) {
    const bool is_one = is_beat(annotation.code) || annotation.code == codes::flutter_wave;
    const bool inside = annotation.sample >= 0 && annotation.sample < length;  // read_record has warned
    if (is_one && inside) rows.push_back({0, annotation.sample, annotation.code, -1});
  }
  return rows;
}

// "12.3 % of it is missing ..." where that is the case.
std::string missing_text(const Lead& lead) {
  const auto missing = std::ranges::count(lead.samples, kMissingSample);
  if (missing == 0) return "";
  char share[16];
  std::snprintf(share, sizeof share, "%.2g",
                100.0 * static_cast<double>(missing) / static_cast<double>(lead.samples.size()));
  return std::string(share) + " % of lead " + lead.name +
         " is missing; beats beside gaps are classified by a straight line there";
}

// The lead itself, and all others that show an ECG where the detector can use them.
std::vector<const Lead*> leads_to_search(const Record& record, const Lead& lead, const BeatSource& source,
                                         const DetectorSpec& detector) {
  std::vector<const Lead*> leads = {&lead};
  if (!source.lead.empty() || detector.detect_in_leads == nullptr || !is_ecg_lead(lead.name)) return leads;
  const auto is_missing = [](std::int32_t sample) { return sample == kMissingSample; };
  for (const Lead& other : record.leads) {
    if (&other != &lead && is_ecg_lead(other) && !std::ranges::all_of(other.samples, is_missing))
      leads.push_back(&other);
  }
  return leads;
}

std::vector<BeatRow> detected_rows(const Record& record, const Lead& lead, const std::vector<const Lead*>& searched,
                                   std::string_view detector) {
  std::vector<std::vector<float>> signals;
  for (const Lead* one : searched) {
    signals.push_back(to_millivolts(*one));
    if (is_of_unknown_unit(*one, record.sampling_rate_hz)) scale_to_usual_spread(signals.back());
  }
  const auto beats = signals.size() == 1 ? detect_beats(signals.front(), record.sampling_rate_hz, detector)
                                         : detect_beats_in_leads(signals, record.sampling_rate_hz, detector);
  std::vector<BeatRow> rows;
  for (const std::int64_t beat : beats) {
    if (lead.samples[static_cast<std::size_t>(beat)] != kMissingSample) rows.push_back({0, beat, 0, -1});
  }
  return rows;
}

void check_source(const std::string& from, bool annotated, const std::string& where) {
  if (from != "auto" && from != "annotated" && from != "detected") {
    throw Error(ErrorKind::usage, "beats", "'" + from + "' is not valid; allowed: auto, annotated, detected");
  }
  if (from == "annotated" && !annotated) {
    throw Error(ErrorKind::usage, where, "has no annotated beats; they can be detected");
  }
}

}  // namespace

bool depends_on_unit(const Preprocessing& preprocessing) {
  return preprocessing.scaling == "none" || has_wave_features(preprocessing);
}

std::vector<Doubt> doubts_about(const Record& record, const Preprocessing& preprocessing) {
  const std::vector<std::size_t> leads = leads_of(record, preprocessing);
  const bool unit_counts = depends_on_unit(preprocessing) || have_several_units(record, leads);
  std::vector<Doubt> doubts = doubt_signal(record, leads);
  std::ranges::copy(doubt_units(record, leads, unit_counts), std::back_inserter(doubts));
  std::ranges::copy(doubt_limb_leads(record), std::back_inserter(doubts));
  return doubts;
}

void append_beats(BeatSet& set, const Record& record, std::span<const BeatRow> rows,
                  std::span<const std::int64_t> neighbours, const Preprocessing& preprocessing) {
  const PreparedLead lead = prepare_lead(record, preprocessing);
  const std::size_t first_row = set.rows.size();
  if (preprocessing.input == "image")
    append_images(set, lead, rows, neighbours, preprocessing);
  else
    append_windows(set, lead, rows, preprocessing);
  append_features(set, first_row, record, neighbours, preprocessing);
}

RecordingBeats beats_of_recording(const Record& record, const Preprocessing& preprocessing, const BeatSource& source) {
  RecordingBeats out;
  Preprocessing here = preprocessing;
  here.edge = "replicate";
  if (!source.lead.empty()) here.leads = source.lead;
  if (record.leads.size() == 1 && source.lead.empty()) {
    const std::string& only = record.leads.front().name;
    if (std::ranges::none_of(here.leads, [&](const std::string& name) { return is_same_lead(name, only); })) {
      const std::string wanted = joined(here.leads);
      out.warnings.push_back("its only lead '" + only + "' is taken for one of " + wanted);
    }
    here.leads = {only};
  }
  const Lead& lead = record.leads.at(find_lead(record, here.leads));
  out.lead = lead.name;
  if (const std::string text = missing_text(lead); !text.empty()) out.warnings.push_back(text);

  std::vector<BeatRow> rows = annotated_rows(record);
  check_source(source.from, !rows.empty(), "record " + record.id);
  out.detected = source.from == "detected" || (source.from == "auto" && rows.empty());
  if (out.detected) {
    const DetectorSpec& detector = require_detector(source.detector.empty() ? kDefaultDetector : source.detector);
    const std::vector<const Lead*> searched = leads_to_search(record, lead, source, detector);
    rows = detected_rows(record, lead, searched, detector.name);
    out.searched_leads = static_cast<int>(searched.size());
  }
  if (rows.empty()) {
    throw Error(ErrorKind::data, "record " + record.id, "no beat was found in lead " + lead.name + "; is it an ECG?");
  }
  const std::vector<Doubt> doubts = doubts_about(record, here);
  refuse(record, doubts, kHowToStateUnits);
  for (const Doubt& doubt : doubts) out.warnings.push_back(doubt.text);
  if (lead.units.empty() && depends_on_unit(here))
    out.warnings.push_back("lead " + lead.name + " has no unit and is taken to be in mV, which this model depends on");

  std::vector<std::int64_t> neighbours;
  for (const BeatRow& row : rows) neighbours.push_back(row.sample);
  if (!has_flutter_waves(here)) {
    std::erase_if(rows, [](const BeatRow& row) { return row.code == codes::flutter_wave; });
  }
  out.beats.records = {{record.id, record.subject}};
  append_beats(out.beats, record, rows, neighbours, here);
  return out;
}

}  // namespace beatbench
