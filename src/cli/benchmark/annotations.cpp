#include "cli/benchmark/annotations.h"

#include <cstdio>
#include <filesystem>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/data/database.h"
#include "beatbench/report/metrics_json.h"
#include "cli/data_options.h"
#include "cli/declare_options.h"
#include "cli/run_main.h"
#include "cli/session.h"

namespace beatbench::cli {

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
  app.add_option("--data", a.request.data, names_of(database_registry()) + ", or a folder of annotated WFDB records")
      ->capture_default_str();
  app.add_option("--reference", a.request.reference, "annotator of the reference")->capture_default_str();
  app.add_option("--test", a.request.test,
                 "folder of the annotation files to compare (default: that of the recordings)");
  app.add_option("--annotator", a.request.annotator, "their ending; pred: as classify writes them")
      ->capture_default_str();
  app.add_option("--window", a.request.window_s, "largest distance of a pair in seconds")
      ->capture_default_str()
      ->check(numbers(from_to(0.001, 1.0)));
  app.add_option("--start", a.request.start_s, "seconds; beats before it are left aside")
      ->capture_default_str()
      ->check(numbers(at_least(0)));
  app.add_option("--out", a.out, "write the report to this JSON file as well");
  app.add_flag("--per-record", a.per_record, "a table of every record");
  app.add_flag("--json", a.json, "print the report on stdout instead of tables");
}

int benchmark_annotations(const AnnotationArguments& arguments, Console& console) {
  if (!arguments.out.empty() && std::filesystem::exists(arguments.out))
    throw Error(ErrorKind::usage, arguments.out, "already exists; choose another --out");
  catch_interrupts();
  const AnnotationReport report = score_annotations(arguments.request, describe_process(1), console.listener());
  console.clear();
  if (!arguments.out.empty()) write_file_atomically(arguments.out, report_text(to_json(report)));
  if (arguments.json) {
    std::printf("%s", report_text(to_json(report)).c_str());
    return kSuccess;
  }
  std::printf("%s\n%s\n", beat_matrix_table(report).text().c_str(), annotation_metrics_table(report).text().c_str());
  if (arguments.per_record) std::printf("%s\n", annotation_record_table(report).text().c_str());
  return kSuccess;
}

}  // namespace beatbench::cli
