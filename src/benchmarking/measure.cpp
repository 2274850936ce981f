#include "benchmarking/measure.h"

#include <algorithm>
#include <chrono>
#include <numeric>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "beatbench/evaluation/predictions.h"

namespace beatbench {
namespace {

using BenchmarkClock = std::chrono::steady_clock;

constexpr int kWarmUpRuns = 20;

double elapsed(BenchmarkClock::time_point start) {
  return std::chrono::duration<double>(BenchmarkClock::now() - start).count();
}

// Runs `work` for warm-up, 20 times or for `seconds`, then again and again for about `seconds`; the durations of the
// latter.
template <typename Work>
std::vector<double> repeat_timed(double seconds, std::size_t at_least, const Listener& listener, const Work& work) {
  const auto warm_up_start = BenchmarkClock::now();
  for (int i = 0; i < kWarmUpRuns && (i < 1 || elapsed(warm_up_start) < seconds); ++i) work();
  std::vector<double> durations;
  const auto start = BenchmarkClock::now();
  while (durations.size() < at_least || elapsed(start) < seconds) {
    listener.stop_if_told();
    const auto run_start = BenchmarkClock::now();
    work();
    durations.push_back(elapsed(run_start));
  }
  return durations;
}

}  // namespace

DatasetResult measure_dataset(Engine& engine, const BenchmarkRows& rows, double seconds_per_measurement,
                              const Listener& listener) {
  const BeatSet& windows = rows.dataset.windows;
  std::vector<std::uint32_t> all(windows.size());
  std::iota(all.begin(), all.end(), 0U);
  const Preprocessing& preprocessing = engine.description().preprocessing;
  const int outputs = engine.description().shape.outputs;
  const std::vector<float> probabilities = probabilities_of(engine, windows, [&](std::size_t done) {
    constexpr double plain_seconds = 30;
    listener.stop_if_told();
    listener.progress({"testing " + rows.dataset.name, static_cast<std::int64_t>(done),
                       static_cast<std::int64_t>(windows.size()), "beats", plain_seconds});
  });

  DatasetResult result;
  result.name = rows.dataset.name;
  result.content_hash = rows.dataset.hash;
  result.rows_used = rows.rows_used;
  result.protocol = rows.protocol;
  result.intra_patient = rows.intra_patient;
  result.seen_recordings = rows.seen_records;
  result.total = static_cast<std::int64_t>(windows.size());
  result.metrics = evaluate_probabilities(windows, all, probabilities, preprocessing);
  if (!preprocessing.multi_label) {
    result.records = evaluate_by_record(labels_of(windows, all), predicted_labels(probabilities, outputs),
                                        records_of(windows, all), record_ids(windows), rows.dataset.class_names);
  }
  if (!rows.prepare_seconds_per_beat.empty())
    result.preprocessing_time = summarise_timing(rows.prepare_seconds_per_beat);
  const std::size_t some = std::min<std::size_t>(windows.size(), 1000);
  const std::vector<float> inputs = inputs_of(windows, std::span(all).first(some));
  std::size_t next = 0;
  result.inference_time = summarise_timing(repeat_timed(seconds_per_measurement, 100, listener, [&] {
    engine.run(std::span(inputs).subspan(next * windows.shape.input_size(), windows.shape.input_size()), 1);
    next = (next + 1) % some;
  }));
  return result;
}

std::vector<Throughput> measure_throughput(Engine& engine, const BeatSet& windows, std::span<const int> batch_sizes,
                                           double seconds_per_measurement, const Listener& listener) {
  std::vector<Throughput> rows;
  for (const int batch : batch_sizes) {
    std::vector<std::uint32_t> chosen;
    for (int i = 0; i < batch; ++i)
      chosen.push_back(static_cast<std::uint32_t>(i) % static_cast<std::uint32_t>(windows.size()));
    const std::vector<float> values = inputs_of(windows, chosen);
    const Timing timing =
        summarise_timing(repeat_timed(seconds_per_measurement, 5, listener, [&] { engine.run(values, batch); }));
    rows.push_back({batch, batch / timing.median_s});
  }
  return rows;
}

MeasuredModel measure_model(const MeasureRequest& request, const SystemInfo& system, const Listener& listener) {
  const std::filesystem::path& file = request.model;
  const std::unique_ptr<Engine> engine = open_model(file, request.trust);
  MeasuredModel measured;
  SummaryReport& report = measured.report;
  std::vector<std::string>& failures = measured.failures;
  report.computer_type = request.computer_type;
  report.date = request.date;
  report.model = file.stem().string();
  report.file = file.filename().string();
  report.format = std::string(find_engine(file)->name);
  report.precision = engine->description().precision;
  report.size_bytes = static_cast<std::int64_t>(std::filesystem::file_size(file));
  report.parameters = engine->description().parameters;
  report.system = system;
  for (const FoundDataset& found : request.datasets) {
    listener.info(report.file + " on " + found.name);
    BenchmarkRows rows;
    try {
      rows = load_rows(found, engine->description(), system.threads, listener);
    } catch (const Error& error) {
      // Sound data that this model cannot take: windows of another length, or records without its leads.
      const bool may_be_other = found.form == DataForm::windows || found.form == DataForm::tracings;
      const bool is_left_out = error.kind() == ErrorKind::unsupported ||
                               (may_be_other && error.kind() == ErrorKind::data) ||
                               (found.form == DataForm::tracings && error.kind() == ErrorKind::usage);
      if (is_left_out) {
        listener.warn(std::string("left out: ") + error.what());
        report.notes.push_back(std::string("left out: ") + error.what());
      } else {
        failures.push_back(error.what());
      }
      continue;
    } catch (const Interrupted&) {
      throw;
    } catch (const std::exception& error) {  // the other data sets go on
      failures.push_back(found.path.string() + ": " + error.what());
      continue;
    }
    report.notes.insert(report.notes.end(), rows.notes.begin(), rows.notes.end());
    report.datasets.push_back(measure_dataset(*engine, rows, request.seconds, listener));
    if (report.throughput.empty()) {
      report.throughput =
          measure_throughput(*engine, rows.dataset.windows, request.batch_sizes, request.seconds, listener);
    }
  }
  for (const std::string& failure : failures) report.notes.push_back("could not be measured: " + failure);
  if (report.datasets.empty() && !failures.empty()) throw Error(ErrorKind::data, "", joined(failures, "; "));
  if (report.datasets.empty()) {
    std::vector<std::string> names;
    for (const FoundDataset& found : request.datasets) names.push_back(found.name);
    throw Error(ErrorKind::data, file.string(), "can take none of the data sets: " + joined(names));
  }
  report.peak_memory_bytes = peak_memory_bytes();
  report.notes.push_back("peak memory is that of a process that ran this model alone, the data sets included");
  return measured;
}

}  // namespace beatbench
