#include "benchmarking/detectors.h"

#include <algorithm>
#include <chrono>

#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/plausibility.h"
#include "beatbench/core/text.h"
#include "beatbench/data/database.h"
#include "beatbench/evaluation/noise_stress.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/signal/detector.h"
#include "beatbench/signal/noise.h"
#include "beatbench/signal/prepare.h"
#include "beatbench/signal/resample.h"

namespace beatbench {
namespace {

using DetectorClock = std::chrono::steady_clock;

struct Rule {
  const char* name;
  double window_s, start_s;
  bool without_q;
};

constexpr Rule kRules[] = {{"ec57", 0.150, 300, false},          {"whole_150_ms", 0.150, 0, false},
                           {"whole_100_ms", 0.100, 0, false},    {"whole_50_ms", 0.050, 0, false},
                           {"whole_50_ms_no_q", 0.050, 0, true}, {"whole_25_ms", 0.025, 0, false}};
constexpr std::size_t kEc57 = 0, kWhole50 = 3;

// One lead of a record, or all, with its reference beats.
struct AnnotatedLead {
  std::string record, subject;
  double sampling_rate_hz = 0;
  std::vector<std::vector<float>> leads_mv;
  BeatMarks reference;

  std::int64_t length_samples() const { return static_cast<std::int64_t>(leads_mv.front().size()); }

  std::vector<std::int64_t> find_beats(const DetectorSpec& detector) const {
    if (leads_mv.size() == 1) return detect_beats(leads_mv.front(), sampling_rate_hz, detector.name);
    return detect_beats_in_leads(leads_mv, sampling_rate_hz, detector.name);
  }
};

struct LoadedLeads {
  std::vector<AnnotatedLead> leads;
  std::string hash;
  double hours = 0;
};

// One lead by its name, or the first that shows an ECG; or all of those.
std::vector<std::vector<float>> leads_of(const Record& record, const DetectorRequest& arguments,
                                         const Listener& listener) {
  if (record.leads.empty()) throw Error(ErrorKind::data, "record " + record.id, "has no lead");
  std::vector<std::size_t> chosen;
  if (!arguments.lead.empty()) chosen.push_back(find_lead(record, arguments.lead));
  for (std::size_t i = 0; i < record.leads.size() && (chosen.empty() || arguments.all_leads); ++i) {
    if (is_ecg_lead(record.leads[i])) chosen.push_back(i);
  }
  if (chosen.empty()) chosen.push_back(0);                              // of leads whose names say nothing
  const std::vector<Doubt> doubts = doubt_units(record, chosen, true);  // detectors know an ECG in mV
  refuse(record, doubts, "if it is an ECG, state the unit in its header");
  for (const Doubt& doubt : doubts) listener.warn("record " + record.id + ": " + doubt.text);
  std::vector<std::vector<float>> out;
  for (const std::size_t i : chosen) out.push_back(to_millivolts(record.leads[i]));
  return out;
}

LoadedLeads load_leads(const Database& database, const DetectorRequest& arguments, const Listener& listener) {
  if (database.form != DataForm::records)
    throw Error(ErrorKind::usage, database.name, "holds prepared beats; recordings are needed");
  ReadOptions options;
  options.on_warning = [&](const std::string& text) { listener.warn(text); };
  LoadedLeads out;
  std::string hashes;
  for (const std::string& name : database.records) {
    listener.stop_if_told();
    const Record record = read_record(database.folder / name, options);
    out.leads.push_back({name, database.subject_of(name), record.sampling_rate_hz,
                         leads_of(record, arguments, listener), beat_marks(record.annotations)});
    out.hours += static_cast<double>(record.length_samples()) / record.sampling_rate_hz / 3600;
    hashes += name + " " + record.content_hash + "\n";
    listener.progress({"reading " + database.name, static_cast<std::int64_t>(out.leads.size()),
                       static_cast<std::int64_t>(database.records.size()), "records"});
  }
  out.hash = content_hash(hashes);
  const bool any = std::ranges::any_of(out.leads, [](const AnnotatedLead& l) { return !l.reference.beats.empty(); });
  if (!any) throw Error(ErrorKind::data, database.folder.string(), "has no annotated beat to compare with");
  return out;
}

// Without the reference's paced and unclassifiable beats, found or missed.
BeatComparison without_q(BeatComparison comparison) {
  comparison.counts[static_cast<std::size_t>(Ec57Class::Q)] = {};
  std::erase_if(comparison.pairs, [](const auto& pair) { return pair.first.kind == Ec57Class::Q; });
  return comparison;
}

BeatComparison compare(const AnnotatedLead& lead, const BeatMarks& found, const Rule& rule) {
  const BeatComparison whole =
      compare_beats(lead.reference, found, {lead.sampling_rate_hz, rule.window_s, rule.start_s});
  return rule.without_q ? without_q(whole) : whole;
}

// Comparisons, and whose recordings they are.
struct Compared {
  std::vector<BeatComparison> comparisons;
  std::vector<std::string> subjects;

  void add(BeatComparison comparison, const AnnotatedLead& lead) {
    comparisons.push_back(std::move(comparison));
    subjects.push_back(lead.subject);
  }
};

DetectorScore score_of(const Rule& rule, const Compared& compared) {
  const std::vector<BeatComparison>& comparisons = compared.comparisons;
  std::vector<BeatComparison> counts = comparisons;  // all that the gross metrics look at
  for (BeatComparison& each : counts) {
    each.pairs.clear();
    each.missed.clear();
    each.extra.clear();
  }
  const auto metrics_of = [&](std::span<const std::size_t> recordings) -> std::vector<std::optional<double>> {
    std::vector<BeatComparison> drawn;
    for (const std::size_t i : recordings) drawn.push_back(counts[i]);
    const Ec57Metrics gross = ec57_metrics(drawn);
    return {gross.sensitivity.value, gross.positive_predictivity.value, gross.f1.value};
  };
  const auto intervals = bootstrap_over_subjects(compared.subjects, metrics_of);
  DetectorScore score;
  score.sensitivity = intervals[0];
  score.positive_predictivity = intervals[1];
  score.f1 = intervals[2];
  score.rule = rule.name;
  score.window_s = rule.window_s;
  score.start_s = rule.start_s;
  score.beats = rule.without_q ? "without Q" : "all";
  score.gross = ec57_metrics(comparisons);
  score.average = average_ec57_metrics(comparisons);
  score.offsets = beat_offsets(comparisons);
  return score;
}

DetectorDivision division_of(const char* name, const std::vector<std::string>& members,
                             std::span<const AnnotatedLead> leads, const std::vector<Compared>& by_rule) {
  Compared ec57, whole_50;
  for (std::size_t i = 0; i < leads.size(); ++i) {
    if (std::ranges::find(members, leads[i].record) == members.end()) continue;
    ec57.add(by_rule[kEc57].comparisons[i], leads[i]);
    whole_50.add(by_rule[kWhole50].comparisons[i], leads[i]);
  }
  return {name, ec57.subjects.size(), score_of(kRules[kEc57], ec57), score_of(kRules[kWhole50], whole_50)};
}

DetectorResult measure_detector(const DetectorSpec& detector, std::span<const AnnotatedLead> leads,
                                const Database& database, const Listener& listener) {
  DetectorResult result;
  result.name = detector.name;
  std::vector<Compared> by_rule(std::size(kRules));
  std::vector<StressedRecord> stressed;
  for (const AnnotatedLead& lead : leads) {
    listener.stop_if_told();
    const auto start = DetectorClock::now();
    const auto beats = lead.find_beats(detector);
    result.seconds += std::chrono::duration<double>(DetectorClock::now() - start).count();
    const BeatMarks found = beat_marks(beats);
    for (std::size_t r = 0; r < std::size(kRules); ++r) by_rule[r].add(compare(lead, found, kRules[r]), lead);
    result.records.push_back({lead.record, ec57_metrics(by_rule[kEc57].comparisons.back()),
                              ec57_metrics(by_rule[kWhole50].comparisons.back())});
    if (const auto snr_db = database.snr_db.find(lead.record); snr_db != database.snr_db.end()) {
      stressed.push_back(
          stressed_record(lead.record, snr_db->second, by_rule[kEc57].comparisons.back(), lead.length_samples()));
    }
    listener.progress({result.name, static_cast<std::int64_t>(result.records.size()),
                       static_cast<std::int64_t>(leads.size()), "records"});
  }
  for (std::size_t r = 0; r < std::size(kRules); ++r) result.scores.push_back(score_of(kRules[r], by_rule[r]));
  result.noise_stress = stress_levels(stressed);
  if (!database.training_records.empty()) {
    result.divisions = {division_of("training", database.training_records, leads, by_rule),
                        division_of("test", database.test_records, leads, by_rule)};
  }
  return result;
}

struct Noise {
  std::string name;
  double sampling_rate_hz = 0;
  std::vector<std::vector<float>> leads_mv;
};

std::vector<Noise> load_noise(const std::vector<std::string>& names, const Listener& listener) {
  std::vector<Noise> out;
  ReadOptions options;
  options.annotator.reset();
  options.on_warning = [&](const std::string& text) { listener.warn(text); };
  for (const std::string& name : names) {
    const Record record = read_record(find_record(name), options);
    if (record.leads.empty()) throw Error(ErrorKind::data, "record " + name, "has no lead");
    Noise noise{name, record.sampling_rate_hz, {}};
    for (const Lead& lead : record.leads) {
      noise.leads_mv.push_back(to_millivolts(lead));
      fill_gaps(noise.leads_mv.back());
    }
    out.push_back(std::move(noise));
  }
  return out;
}

DetectorNoise measure_with_noise(const DetectorSpec& detector, std::span<const AnnotatedLead> leads, const Noise& noise,
                                 double snr_db, const Listener& listener) {
  Compared compared;
  for (const AnnotatedLead& lead : leads) {
    listener.stop_if_told();
    const double rate_hz = lead.sampling_rate_hz;
    std::vector<std::int64_t> beats;
    for (const BeatMark& beat : lead.reference.beats) beats.push_back(beat.sample);
    AnnotatedLead noisy = lead;
    for (std::size_t l = 0; l < noisy.leads_mv.size(); ++l) {  // as nst(1): each lead its own
      std::vector<float>& signal = noisy.leads_mv[l];
      std::vector<float> added = noise.leads_mv[l % noise.leads_mv.size()];
      if (noise.sampling_rate_hz != rate_hz) added = resample(added, noise.sampling_rate_hz, rate_hz);
      add_noise(signal, added, noise_gain(qrs_power(signal, beats, rate_hz), noise_power(added, rate_hz), snr_db));
    }
    const BeatMarks found = beat_marks(noisy.find_beats(detector));
    compared.add(compare(lead, found, kRules[kEc57]), lead);
  }
  return {noise.name, snr_db, score_of(kRules[kEc57], compared)};
}

}  // namespace

DetectorReport score_detectors(const DetectorRequest& request, const SystemInfo& system, const Listener& listener) {
  std::vector<const DetectorSpec*> chosen;
  for (const std::string& name : request.detectors) chosen.push_back(&require_detector(name));
  if (chosen.empty()) {
    for (const DetectorSpec& spec : detector_registry()) {
      if (!request.all_leads || spec.detect_in_leads != nullptr) chosen.push_back(&spec);
    }
  }
  const std::vector<Noise> noises = load_noise(request.noise, listener);
  const Database database = open_database(request.data);
  DetectorReport report;
  report.system = system;
  const LoadedLeads loaded = load_leads(database, request, listener);
  report.data = database.name;
  report.data_hash = loaded.hash;
  report.records = loaded.leads.size();
  report.signal_hours = loaded.hours;
  report.lead = !request.lead.empty() ? joined(request.lead, ",") : request.all_leads ? "all" : "first";
  if (!database.snr_db.empty() && report.lead == "first") {
    report.gqrs_noise_stress = gqrs_stress_levels(database.records);
    report.notes.push_back(
        "gqrs is a stored reference and was not run: counted once with a program that equals gqrs of WFDB 10.7 on "
        "mitdb, "
        "sample by sample");
  }
  if (database.realign_marks)
    report.notes.push_back("the marks of " + database.name +
                           " are compared as they are: many stand beside the R peak, which counts within 50 and 25 ms");
  for (const std::string& note : report.notes) listener.info(note);
  for (const DetectorSpec* detector : chosen) {
    report.detectors.push_back(measure_detector(*detector, loaded.leads, database, listener));
    for (const Noise& noise : noises) {
      for (const double snr_db : request.snr_db) {
        report.detectors.back().noise.push_back(measure_with_noise(*detector, loaded.leads, noise, snr_db, listener));
      }
    }
  }
  return report;
}

}  // namespace beatbench
