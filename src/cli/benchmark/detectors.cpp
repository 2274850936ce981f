#include "cli/benchmark/detectors.h"

#include <cstdio>
#include <filesystem>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/data/database.h"
#include "beatbench/report/metrics_json.h"
#include "beatbench/signal/detector.h"
#include "cli/data_options.h"
#include "cli/declare_options.h"
#include "cli/run_main.h"
#include "cli/session.h"

namespace beatbench::cli {
namespace {

void print_tables(const DetectorReport& report, bool per_record) {
  std::printf("%s\n", detector_table(report).text().c_str());
  if (!report.detectors.front().noise.empty()) std::printf("%s\n", detector_noise_table(report).text().c_str());
  if (!report.detectors.front().noise_stress.empty()) {
    std::printf("%s\n", detector_noise_stress_table(report, false).text().c_str());
    if (per_record) std::printf("%s\n", detector_noise_stress_table(report, true).text().c_str());
  }
  if (!per_record) return;
  for (const DetectorResult& result : report.detectors) {
    std::printf("%s\n%s\n", result.name.c_str(), detector_record_table(result).text().c_str());
  }
}

}  // namespace

void declare_detector_options(CLI::App& app, DetectorArguments& a) {
  app.footer(
      "Examples:\n"
      "  benchmark detectors --data mitdb\n"
      "  benchmark detectors --data mitdb --detector bestpath --per-record --json\n"
      "  benchmark detectors --data mitdb --all-leads\n"
      "  benchmark detectors --data nstdb\n"
      "  benchmark detectors --data mitdb --noise nstdb/bw,nstdb/ma --snr 12,6,0\n\n"
      "Beats are compared one to one with the annotations as ANSI/AAMI EC57 has it: within 150 ms and from 5:00 on "
      "(EC57),\nand over whole records within 150, 100, 50 and 25 ms. Figures are gross: of all beats together; in "
      "brackets their 95 %\nconfidence intervals, by the bootstrap over subjects. The time is for all records on one "
      "thread, reading excluded.\nFor nstdb, the noise stress test: at each ratio of signal to noise, from 5:00 on and "
      "for the "
      "noisy stretches of two\nminutes alone, beside what gqrs of WFDB reaches on the first lead.\n\n" +
      descriptions_of("Detectors", detector_registry()));
  app.add_option("--data", a.request.data, names_of(database_registry()) + ", or a folder of annotated WFDB records")
      ->capture_default_str();
  app.add_option("--detector", a.request.detectors, "only these, by name (default: all)")->delimiter(',');
  app.add_option("--lead", a.request.lead,
                 "lead names in order of preference (default: each record's first lead that shows an ECG)")
      ->delimiter(',');
  app.add_flag("--all-leads", a.request.all_leads,
               "all ECG leads of each record together, by the detectors that can (bestpath)")
      ->excludes("--lead");
  app.add_option("--noise", a.request.noise,
                 "records added as noise, lead by lead, for example nstdb/bw,nstdb/ma; found by path, in "
                 "$BEATBENCH_DATA or in datasets/")
      ->delimiter(',');
  app.add_option("--snr", a.request.snr_db,
                 "signal-to-noise ratios in dB, as nst(1) of the WFDB Applications Guide has them")
      ->delimiter(',')
      ->capture_default_str()
      ->check(numbers(from_to(-60.0, 120.0)));
  app.add_option("--out", a.out, "write the report to this JSON file as well");
  app.add_flag("--per-record", a.per_record, "a table of every record for each detector");
  app.add_flag("--json", a.json, "print the report on stdout instead of tables");
}

int benchmark_detectors(const DetectorArguments& arguments, Console& console) {
  if (!arguments.out.empty() && std::filesystem::exists(arguments.out))
    throw Error(ErrorKind::usage, arguments.out, "already exists; choose another --out");
  catch_interrupts();
  const DetectorReport report = score_detectors(arguments.request, describe_process(1), console.listener());
  console.clear();
  if (!arguments.out.empty()) write_file_atomically(arguments.out, report_text(to_json(report)));
  if (arguments.json)
    std::printf("%s", report_text(to_json(report)).c_str());
  else
    print_tables(report, arguments.per_record);
  return kSuccess;
}

}  // namespace beatbench::cli
