#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "beatbench/report/run_report.h"
#include "beatbench/report/summary_report.h"

namespace beatbench::samples {

/// 2024-05-01T12:00:00Z (`date -u -d 2024-05-01T12:00:00Z +%s`).
inline constexpr std::int64_t kNoon = 1714564800;

/// Three classes, of which the last has no reference beats and the second was never predicted.
inline ClassificationMetrics metrics() { return metrics_of_confusion({90, 0, 10, 4, 0, 0, 0, 0, 0}, {"N", "V", "Q"}); }

inline SystemInfo system() {
  return measure_system_info({.now = std::chrono::system_clock::time_point(std::chrono::seconds(kNoon)),
                              .threads = 2,
                              .device = "cpu",
                              .libraries = {{"libtorch", "1.13.1"}},
                              .blas = "openblas"});
}

inline RunReport run_report() {
  RunReport report;
  report.model = "resnet1d";
  report.parameters = 123456;
  report.intra_patient = true;
  report.preprocessing.class_map = "aami5";
  report.preprocessing.class_names = {"N", "V", "Q"};
  report.provenance = {.dataset = "mitdb",
                       .dataset_hash = "00ff",
                       .source_hash = "00ff",
                       .protocol = "random (intra-patient)",
                       .split_hash = "11ee",
                       .seed = 1,
                       .commit = "unknown",
                       .configuration = {{"epochs", 2}}};
  report.split.train = {830, {800, 30, 0}};
  report.split.validation = {104, {100, 4, 0}};
  report.split.test = {104, {100, 4, 0}};
  report.training = {.epochs_run = 2,
                     .best_epoch = 2,
                     .seconds = 12.5,
                     .windows_per_second = 2218,
                     .stopped_by = "epochs",
                     .history = {{.epoch = 1,
                                  .learning_rate = 0.001,
                                  .train_loss = 0.5,
                                  .train_accuracy = 0.9,
                                  .validation_loss = {},
                                  .validation_accuracy = {},
                                  .validation_macro_f1 = {},
                                  .seconds = 6},
                                 {.epoch = 2,
                                  .learning_rate = 0.001,
                                  .train_loss = 0.3,
                                  .train_accuracy = 0.95,
                                  .validation_loss = 0.4,
                                  .validation_accuracy = 0.92,
                                  .validation_macro_f1 = 0.6,
                                  .seconds = 6.5}}};
  report.test.metrics = metrics();
  report.test.areas = {{0.9, 0.8}, {0.7, 0.6}, {}};
  report.test.records = {{"100", metrics()}, {"232", metrics()}};
  report.test.subsets = {{"without record 232", metrics()}};
  report.notes = {"201 and 202 are one subject"};
  report.system = system();
  return report;
}

inline SummaryReport summary_report() {
  SummaryReport report;
  report.computer_type = "laptop";
  report.date = "2024-05-01";
  report.model = "r1";
  report.file = "r1.pt";
  report.format = "torchscript";
  report.size_bytes = 4096;
  report.parameters = 123456;
  report.datasets = {{.name = "mitdb",
                      .content_hash = "00ff",
                      .rows_used = "test split of the model's own protocol",
                      .protocol = "random (intra-patient)",
                      .intra_patient = true,
                      .total = 104,
                      .metrics = metrics(),
                      .records = {{"100", metrics()}},
                      .preprocessing_time = summarise_timing({1e-5, 2e-5}),
                      .inference_time = summarise_timing({1e-3, 2e-3}, true)},
                     {.name = "beats.csv",
                      .content_hash = "22dd",
                      .rows_used = "all beats",
                      .protocol = "unknown",
                      .intra_patient = false,
                      .total = 104,
                      .metrics = metrics(),
                      .records = {},
                      .preprocessing_time = {},
                      .inference_time = summarise_timing({1e-3})}};
  report.throughput = {{1, 900}, {64, 12000}};
  report.peak_memory_bytes = 123456789;
  report.system = system();
  return report;
}

/// Of a model that classifies recordings whole.
inline RunReport run_report_of_recordings() {
  RunReport report = run_report();
  report.preprocessing = default_preprocessing("recording");
  report.preprocessing.class_names = {"AF", "RBBB"};
  report.split.train = {30, {10, 12}};
  report.split.validation = report.split.test = {2, {1, 1}};
  report.test.recordings = {{"t0001", 0b11, 0b01, {0.9F, 0.2F}}, {"t0002", 0b00, 0b00, {0.1F, 0.3F}}};
  const std::vector<std::uint64_t> reference = {0b11, 0b00}, predicted = {0b01, 0b00};
  report.test.metrics = evaluate_multi_label(reference, predicted, report.preprocessing.class_names);
  report.test.areas = {{1, 1}, {0, 0.5}};
  report.test.records.clear();
  report.test.subsets.clear();
  return report;
}

}  // namespace beatbench::samples
