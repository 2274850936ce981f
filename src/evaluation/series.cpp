#include "beatbench/evaluation/series.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "beatbench/core/error.h"
#include "beatbench/evaluation/thresholds.h"

namespace beatbench {
namespace {

using Counts = std::vector<std::int64_t>;

// What a seed's test of a record came to, that of all folds summed.
struct Tested {
  Counts counts;
  std::vector<const TestedRecording*> recordings;  // where they are classified whole
};

using TestedRecords = std::map<std::string, Tested>;

constexpr std::size_t kOfAll = 4;    // figures: accuracy, macro F1, and the means of the two areas
constexpr std::size_t kOfClass = 5;  // sensitivity, positive predictivity, F1, ROC area, average precision

void add(Tested& sum, const Tested& more) {
  if (sum.counts.empty()) sum.counts.resize(more.counts.size(), 0);
  for (std::size_t i = 0; i < more.counts.size(); ++i) sum.counts[i] += more.counts[i];
  sum.recordings.insert(sum.recordings.end(), more.recordings.begin(), more.recordings.end());
}

std::vector<ThresholdCurve> curves_of(const Tested& tested, std::size_t classes) {
  if (tested.recordings.empty()) return std::vector<ThresholdCurve>(classes);
  std::vector<float> probabilities;
  std::vector<std::uint64_t> reference;
  for (const TestedRecording* one : tested.recordings) {
    probabilities.insert(probabilities.end(), one->probabilities.begin(), one->probabilities.end());
    reference.push_back(one->reference);
  }
  return threshold_curves(probabilities, reference, classes);
}

std::vector<std::optional<double>> figures_of(const Tested& tested, const std::vector<std::string>& class_names,
                                              bool multi_label) {
  const ClassificationFigures figures = figures_of_confusion(tested.counts, class_names, multi_label);
  const std::vector<ThresholdCurve> curves = curves_of(tested, class_names.size());
  const ThresholdAreas areas = mean_areas(curves);
  std::vector<std::optional<double>> values = {figures.accuracy.value, figures.macro_f1.value, areas.roc_area,
                                               areas.average_precision};
  for (std::size_t c = 0; c < curves.size(); ++c) {
    const ClassFigures& one = figures.classes[c];
    values.insert(values.end(), {one.sensitivity.value, one.positive_predictivity.value, one.f1.value,
                                 curves[c].roc_area, curves[c].average_precision});
  }
  return values;
}

// Mean of each column over the rows where it is defined.
std::vector<std::optional<double>> means(const std::vector<std::vector<std::optional<double>>>& rows) {
  std::vector<std::optional<double>> out(rows.front().size());
  for (std::size_t f = 0; f < out.size(); ++f) {
    double sum = 0, n = 0;
    for (const auto& row : rows) {
      if (!row[f]) continue;
      sum += *row[f];
      ++n;
    }
    if (n > 0) out[f] = sum / n;
  }
  return out;
}

std::vector<std::optional<double>> deviations(const std::vector<std::vector<std::optional<double>>>& rows) {
  const auto mean = means(rows);
  std::vector<std::optional<double>> out(rows.front().size());
  for (std::size_t f = 0; f < out.size(); ++f) {
    double squares = 0, n = 0;
    for (const auto& row : rows) {
      if (!row[f]) continue;
      squares += (*row[f] - *mean[f]) * (*row[f] - *mean[f]);
      ++n;
    }
    if (n > 1) out[f] = std::sqrt(squares / (n - 1));
  }
  return out;
}

void require(bool holds, const std::string& message) {
  if (!holds) throw Error(ErrorKind::usage, "series of runs", message);
}

TestedRecords tested_in(const RunScore& run, const std::set<std::string>& left_out) {
  TestedRecords tested;
  for (const RecordFigures& record : run.records) {
    if (!left_out.contains(record.record)) add(tested[record.record], {record.figures.confusion, {}});
  }
  for (const TestedRecording& one : run.recordings) {
    const auto found = tested.find(one.record);
    if (found != tested.end()) found->second.recordings.push_back(&one);
  }
  return tested;
}

}  // namespace

SeriesFigures figures_of_series(std::span<const RunScore> runs, std::span<const std::string> left_out,
                                const std::function<std::string(const std::string& record)>& subject_of) {
  require(!runs.empty() && !runs.front().records.empty(), "there is no run with a tested record");
  const std::vector<std::string>& class_names = runs.front().records.front().figures.class_names;
  const bool multi_label = runs.front().records.front().figures.multi_label;
  const std::set<std::string> without(left_out.begin(), left_out.end());
  std::map<std::uint64_t, TestedRecords> by_seed;
  std::map<std::uint64_t, std::set<int>> folds;
  std::vector<std::vector<std::optional<double>>> of_runs;
  for (const RunScore& run : runs) {
    folds[run.seed].insert(run.fold);
    for (const RecordFigures& record : run.records) {
      const bool fits = record.figures.class_names == class_names && record.figures.multi_label == multi_label;
      require(fits, "their classes differ");
    }
    Tested sum;
    for (const auto& [record, tested] : tested_in(run, without)) {
      add(by_seed[run.seed][record], tested);
      add(sum, tested);
    }
    if (!sum.counts.empty()) of_runs.push_back(figures_of(sum, class_names, multi_label));
  }
  require(!by_seed.empty(), "no record is left");
  for (const auto& [seed, own] : folds) require(own == folds.begin()->second, "a seed lacks a fold that another has");

  std::set<std::string> tested;
  for (const auto& [seed, own] : by_seed) {
    for (const auto& [record, one] : own) tested.insert(record);
  }
  const std::vector<std::string> records(tested.begin(), tested.end());
  std::vector<std::string> subjects;
  for (const std::string& record : records) {
    if (subject_of) subjects.push_back(subject_of(record));
  }
  const auto over_records = [&](std::span<const std::size_t> chosen) {
    std::vector<std::vector<std::optional<double>>> of_seeds;
    for (const auto& [seed, own] : by_seed) {
      Tested sum{Counts(runs.front().records.front().figures.confusion.size(), 0), {}};
      for (const std::size_t record : chosen) {
        const auto found = own.find(records[record]);
        if (found != own.end()) add(sum, found->second);
      }
      of_seeds.push_back(figures_of(sum, class_names, multi_label));
    }
    return of_seeds;
  };
  std::vector<std::size_t> all(records.size());
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  const auto of_seeds = over_records(all);
  const auto mean = means(of_seeds);
  const auto sd = deviations(of_seeds.size() > 1 ? of_seeds : of_runs);
  std::vector<std::optional<Interval>> intervals(mean.size());
  if (subject_of) {
    intervals = bootstrap_over_subjects(subjects, [&](auto chosen) { return means(over_records(chosen)); });
  }

  const auto spread = [&](std::size_t f) { return SpreadFigure{mean[f], sd[f], intervals[f]}; };
  SeriesFigures out{spread(0), spread(1), spread(2), spread(3), {}};
  for (std::size_t c = 0; c < class_names.size(); ++c) {
    const std::size_t f = kOfAll + kOfClass * c;
    ClassSpread one{class_names[c], 0, spread(f), spread(f + 1), spread(f + 2), spread(f + 3), spread(f + 4)};
    for (const auto& [record, own] : by_seed.begin()->second)
      one.n += figures_of_confusion(own.counts, class_names, multi_label).classes[c].n;
    out.classes.push_back(std::move(one));
  }
  return out;
}

}  // namespace beatbench
