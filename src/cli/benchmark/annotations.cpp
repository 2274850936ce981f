#include "cli/benchmark/annotations.h"

#include <cstdio>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/text.h"
#include "beatbench/data/database.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/report/annotation_report.h"
#include "beatbench/report/figures_json.h"
#include "cli/data_options.h"
#include "cli/run_main.h"
#include "core/json_fields.h"

namespace beatbench::cli {
namespace {

namespace fs = std::filesystem;

struct ComparedRecords {
  std::vector<AnnotationRecord> records;
  std::vector<std::string> subjects;
  std::vector<BeatComparison> comparisons;
  std::string hash;
};

// Records without a file to compare are left out, and said.
ComparedRecords compare_records(const AnnotationArguments& arguments, const Database& database,
                                std::vector<std::string>& notes) {
  const fs::path folder = arguments.test.empty() ? database.folder : fs::path(arguments.test);
  ReadOptions options;
  options.signals = false;
  options.annotator = arguments.reference;
  options.on_warning = [&](const std::string& text) { notes.push_back(text); };
  ComparedRecords out;
  std::string hashes, without;
  for (const std::string& name : database.records) {
    stop_if_interrupted();
    const auto file = find_annotations(folder, database.records, name, arguments.annotator);
    if (!file) {
      without += (without.empty() ? "" : ", ") + name;
      continue;
    }
    const Record record = read_record(database.folder / name, options);
    const std::vector<unsigned char> bytes = read_binary_file(*file);
    const auto test = annotations_of_record(record, bytes, file->string(),
                                            [&](const Error& error) { notes.push_back(error.what()); });
    out.comparisons.push_back(compare_beats(beat_marks(record.annotations), beat_marks(test),
                                            {record.sampling_rate_hz, arguments.window_s, arguments.start_s}));
    out.records.push_back({name, out.comparisons.back()});
    out.subjects.push_back(database.subject_of(name));
    hashes += name + " " + content_hash(bytes) + " " + record.content_hash + "\n";
  }
  if (out.records.empty()) {
    throw Error(ErrorKind::usage, folder.string(),
                "holds no annotation file *." + arguments.annotator + " of a record of " + database.name +
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
  const auto figures_of = [&](std::span<const std::size_t> recordings) -> std::vector<std::optional<double>> {
    std::vector<BeatComparison> drawn(recordings.size());
    for (std::size_t i = 0; i < drawn.size(); ++i) drawn[i].counts = compared.comparisons[recordings[i]].counts;
    const Ec57Figures f = ec57_figures(drawn);
    return {f.sensitivity.value,
            f.positive_predictivity.value,
            f.v_sensitivity.value,
            f.v_positive_predictivity.value,
            f.s_sensitivity.value,
            f.s_positive_predictivity.value,
            f.s_positive_predictivity_sumstats.value};
  };
  const auto i = bootstrap_over_subjects(compared.subjects, figures_of);
  return {i[0], i[1], i[2], i[3], i[4], i[5], i[6]};
}

}  // namespace

void declare_annotation_options(CLI::App& app, AnnotationArguments& a) {
  app.footer(
      "Examples:\n"
      "  classify --model models/r1.pt mitdb --beats detected --out predictions\n"
      "  benchmark annotations --data mitdb --test predictions\n"
      "  benchmark annotations --data mitdb --annotator qrs --per-record --json\n\n"
      "What a detector with a classifier behind it is worth, from end to end: beats are compared one to one as "
      "ANSI/AAMI "
      "EC57\nhas it and WFDB's bxb does it, and a beat that was missed counts against its class. Rows of the matrix "
      "are "
      "the reference's\nclasses, columns the test's; O and o: no beat. The intervals are by the bootstrap over "
      "subjects.");
  app.add_option("--data", a.data, names_of(database_registry()) + ", or a folder of annotated WFDB records")
      ->capture_default_str();
  app.add_option("--reference", a.reference, "annotator of the reference")->capture_default_str();
  app.add_option("--test", a.test, "folder of the annotation files to compare (default: that of the recordings)");
  app.add_option("--annotator", a.annotator, "their ending; pred: as classify writes them")->capture_default_str();
  app.add_option("--window", a.window_s, "largest distance of a pair in seconds")
      ->capture_default_str()
      ->check(CLI::Range(0.001, 1.0));
  app.add_option("--start", a.start_s, "seconds; beats before it are left aside")
      ->capture_default_str()
      ->check(CLI::NonNegativeNumber);
  app.add_option("--out", a.out, "write the report to this JSON file as well");
  app.add_flag("--per-record", a.per_record, "a table of every record");
  app.add_flag("--json", a.json, "print the report on stdout instead of tables");
}

int benchmark_annotations(const AnnotationArguments& arguments, spdlog::logger& logger) {
  if (!arguments.out.empty() && fs::exists(arguments.out))
    throw Error(ErrorKind::usage, arguments.out, "already exists; choose another --out");
  catch_interrupts();
  const Database database = open_database(arguments.data);
  if (database.form != DataForm::records)
    throw Error(ErrorKind::usage, database.name, "holds prepared beats; recordings are needed");
  AnnotationReport report;
  report.context = start_context(1, "cpu", logger);
  const ComparedRecords compared = compare_records(arguments, database, report.notes);
  if (!arguments.test.empty()) say_what_was_seen(arguments.test, report.notes);
  for (const std::string& note : report.notes) logger.warn("{}", note);
  report.data = database.name;
  report.data_hash = compared.hash;
  report.reference = arguments.reference;
  report.test = (arguments.test.empty() ? "" : arguments.test + "/") + "*." + arguments.annotator;
  report.window_s = arguments.window_s;
  report.start_s = arguments.start_s;
  report.records = compared.records;
  report.gross = ec57_figures(compared.comparisons);
  report.average = average_ec57_figures(compared.comparisons);
  report.intervals = intervals_of(compared);
  report.offsets = beat_offsets(compared.comparisons);
  if (!arguments.out.empty()) write_file_atomically(arguments.out, report_text(to_json(report)));
  if (arguments.json) {
    std::printf("%s", report_text(to_json(report)).c_str());
    return kSuccess;
  }
  std::printf("%s\n%s\n", beat_matrix_table(report).text().c_str(), annotation_figures_table(report).text().c_str());
  if (arguments.per_record) std::printf("%s\n", annotation_record_table(report).text().c_str());
  return kSuccess;
}

}  // namespace beatbench::cli
