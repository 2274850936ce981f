#include "runs/make_report.h"

#include <algorithm>

#include "beatbench/core/text.h"
#include "beatbench/evaluation/predictions.h"

namespace beatbench {
namespace {

SplitPart count_part(const BeatSet& windows, const std::vector<std::uint32_t>& rows,
                     const Preprocessing& preprocessing) {
  SplitPart part;
  part.n = static_cast<std::int64_t>(rows.size());
  part.per_class.assign(preprocessing.class_names.size(), 0);
  for (const std::uint32_t row : rows) {
    const std::uint64_t set = reference_classes(windows.rows[row], preprocessing);
    for (std::size_t c = 0; c < part.per_class.size(); ++c)
      part.per_class[c] += static_cast<std::int64_t>(set >> c & 1U);
  }
  return part;
}

std::vector<TestedRecording> recordings_of(const Dataset& dataset, const TestedBeats& tested) {
  std::vector<TestedRecording> recordings;
  const std::size_t classes = dataset.class_names.size();
  for (std::size_t i = 0; i < tested.rows.size(); ++i) {
    const auto first = tested.probabilities.begin() + static_cast<std::ptrdiff_t>(i * classes);
    recordings.push_back({dataset.windows.records[dataset.windows.rows[tested.rows[i]].record].id,
                          tested.reference[i],
                          tested.predicted[i],
                          {first, first + static_cast<std::ptrdiff_t>(classes)}});
  }
  return recordings;
}

}  // namespace

RunReport make_report(const FinishedTraining& run) {
  const Dataset& dataset = run.data.dataset;
  const Database& database = run.data.database;
  const Split& split = run.split;
  const ModelDescription& description = run.description;
  const TestedBeats& tested = run.tested;
  RunReport report;
  report.model = description.model;
  report.intra_patient = split.intra_patient;
  report.preprocessing = description.preprocessing;
  report.provenance = description.provenance;
  report.split.train = count_part(dataset.windows, split.training, description.preprocessing);
  report.split.validation = count_part(dataset.windows, split.validation, description.preprocessing);
  report.split.test = count_part(dataset.windows, split.test, description.preprocessing);
  report.training = run.training;
  report.parameters = description.parameters.value_or(0);
  report.test.metrics =
      evaluate_probabilities(dataset.windows, split.test, tested.probabilities, description.preprocessing);
  for (const auto& ranked : rank_by_class(tested.probabilities, tested.reference, dataset.class_names.size()))
    report.test.areas.push_back(roc_pr_areas(ranked));
  if (description.preprocessing.multi_label)
    report.test.recordings = recordings_of(dataset, tested);
  else
    report.test.records = evaluate_by_record(
        labels_of(dataset.windows, split.test), predicted_labels(tested.probabilities, description.shape.outputs),
        records_of(dataset.windows, split.test), record_ids(dataset.windows), dataset.class_names);
  if (!split.intra_patient) {
    for (const std::string& record : database.dominating_records) {
      if (std::ranges::find(report.test.records, record, &RecordMetrics::record) == report.test.records.end()) continue;
      const std::vector<std::string> left_out = {record};
      report.test.subsets.push_back({"without record " + record, pooled_metrics(report.test.records, left_out)});
    }
  }
  report.notes = split.notes;
  if (description.preprocessing.of_recordings()) {
    std::string absent;
    for (std::size_t c = 0; c < dataset.class_names.size(); ++c) {
      const auto is_of = [&](const BeatRow& row) { return row.is_of(c); };
      if (std::ranges::none_of(dataset.windows.rows, is_of)) add_word(absent, dataset.class_names[c]);
    }
    if (!absent.empty()) report.notes.push_back("no recording is stated to be of " + absent);
    if (dataset.annotations_left_out > 0)
      report.notes.push_back(std::to_string(dataset.annotations_left_out) +
                             " recordings without statements are left out");
  } else if (database.form == DataForm::records) {
    report.notes.push_back(std::to_string(dataset.windows.edge_windows) +
                           " windows cross a recording's edge (policy: " + description.preprocessing.edge + ")");
  } else if (!database.prepared) {
    report.notes.push_back("how the beats were prepared is not known: the model may not fit recordings");
  }
  report.system = run.system;
  return report;
}

}  // namespace beatbench
