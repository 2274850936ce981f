#include "benchmarking/annotations.h"

#include <filesystem>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/text.h"
#include "beatbench/data/database.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "core/json_fields.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

struct ComparedRecords {
  std::vector<AnnotationRecord> records;
  std::vector<std::string> subjects;
  std::vector<BeatComparison> comparisons;
  std::string hash;
};

// Records without a file to compare are left out, and said.
ComparedRecords compare_records(const AnnotationRequest& request, const Database& database,
                                std::vector<std::string>& notes, const Listener& listener) {
  const fs::path folder = request.test.empty() ? database.folder : fs::path(request.test);
  ReadOptions options;
  options.signals = false;
  options.annotator = request.reference;
  options.on_warning = [&](const std::string& text) { notes.push_back(text); };
  ComparedRecords out;
  std::string hashes, without;
  for (const std::string& name : database.records) {
    listener.stop_if_told();
    const auto file = find_annotations(folder, database.records, name, request.annotator);
    if (!file) {
      add_word(without, name);
      continue;
    }
    const Record record = read_record(database.folder / name, options);
    const std::vector<unsigned char> bytes = read_binary_file(*file);
    const auto test = annotations_of_record(record, bytes, file->string(),
                                            [&](const Error& error) { notes.push_back(error.what()); });
    out.comparisons.push_back(compare_beats(beat_marks(record.annotations), beat_marks(test),
                                            {record.sampling_rate_hz, request.window_s, request.start_s}));
    out.records.push_back({name, out.comparisons.back()});
    out.subjects.push_back(database.subject_of(name));
    hashes += name + " " + content_hash(bytes) + " " + record.content_hash + "\n";
  }
  if (out.records.empty()) {
    throw Error(ErrorKind::usage, folder.string(),
                "holds no annotation file *." + request.annotator + " of a record of " + database.name +
                    "; see --test and --annotator");
  }
  if (!without.empty()) notes.push_back("no annotations to compare for: " + without);
  out.hash = content_hash(hashes);
  return out;
}

// Where `classify` wrote what is compared, its summary says which recordings had trained the model.
void say_what_was_seen(const fs::path& folder, std::vector<std::string>& notes) {
  std::error_code ignored;
  const fs::path summary = folder / "summary.json";
  if (!fs::exists(summary, ignored)) return;
  std::vector<std::string> seen;
  bool is_known = true;
  try {
    const nlohmann::json report = parse_json(read_text_file(summary), summary.string());
    for (const nlohmann::json& input : report.at("inputs")) {
      const nlohmann::json& as = input.at("seen_as");
      is_known = is_known && as.is_array();
      if (as.is_array() && !as.empty()) seen.push_back(input.at("record"));
    }
  } catch (const std::exception&) {  // of an older version, or another program's
    is_known = false;
  }
  if (!is_known) notes.push_back(summary.string() + " does not say which of the recordings trained the model");
  if (!seen.empty()) {
    notes.push_back("the model was trained on " + std::to_string(seen.size()) +
                    " of the recordings, so these figures " + "are not those of new ones: " + joined(seen));
  }
}

AnnotationIntervals intervals_of(const ComparedRecords& compared) {
  const auto metrics_of = [&](std::span<const std::size_t> recordings) -> std::vector<std::optional<double>> {
    std::vector<BeatComparison> drawn(recordings.size());
    for (std::size_t i = 0; i < drawn.size(); ++i) drawn[i].counts = compared.comparisons[recordings[i]].counts;
    const Ec57Metrics f = ec57_metrics(drawn);
    return {f.sensitivity.value,
            f.positive_predictivity.value,
            f.v_sensitivity.value,
            f.v_positive_predictivity.value,
            f.s_sensitivity.value,
            f.s_positive_predictivity.value,
            f.s_positive_predictivity_sumstats.value};
  };
  const auto i = bootstrap_over_subjects(compared.subjects, metrics_of);
  return {i[0], i[1], i[2], i[3], i[4], i[5], i[6]};
}

}  // namespace

AnnotationReport score_annotations(const AnnotationRequest& request, const SystemInfo& system,
                                   const Listener& listener) {
  const Database database = open_database(request.data);
  if (database.form != DataForm::records)
    throw Error(ErrorKind::usage, database.name, "holds prepared beats; recordings are needed");
  AnnotationReport report;
  report.system = system;
  const ComparedRecords compared = compare_records(request, database, report.notes, listener);
  if (!request.test.empty()) say_what_was_seen(request.test, report.notes);
  for (const std::string& note : report.notes) listener.warn(note);
  report.data = database.name;
  report.data_hash = compared.hash;
  report.reference = request.reference;
  report.test = (request.test.empty() ? "" : request.test + "/") + "*." + request.annotator;
  report.window_s = request.window_s;
  report.start_s = request.start_s;
  report.records = compared.records;
  report.gross = ec57_metrics(compared.comparisons);
  report.average = average_ec57_metrics(compared.comparisons);
  report.intervals = intervals_of(compared);
  report.offsets = beat_offsets(compared.comparisons);
  return report;
}

}  // namespace beatbench
