#include "beatbench/evaluation/series.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

using Counts = std::vector<std::int64_t>;

// The counts of each record, those of all folds summed, by seed.
using CountsBySeed = std::map<std::uint64_t, std::map<std::string, Counts>>;

constexpr std::size_t kOfAll = 2;    // figures: accuracy, macro F1
constexpr std::size_t kOfClass = 3;  // sensitivity, positive predictivity, F1

void add(Counts& sum, const Counts& more) {
  if (sum.empty()) sum.resize(more.size(), 0);
  for (std::size_t i = 0; i < more.size(); ++i) sum[i] += more[i];
}

std::vector<std::optional<double>> figures_of(const Counts& counts, const std::vector<std::string>& class_names,
                                              bool multi_label) {
  const ClassificationFigures figures = figures_of_confusion(counts, class_names, multi_label);
  std::vector<std::optional<double>> values = {figures.accuracy.value, figures.macro_f1.value};
  for (const ClassFigures& one : figures.classes) {
    values.insert(values.end(), {one.sensitivity.value, one.positive_predictivity.value, one.f1.value});
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

Counts sum_of_run(const RunScore& run, const std::set<std::string>& left_out) {
  Counts sum;
  for (const RecordFigures& record : run.records) {
    if (!left_out.contains(record.record)) add(sum, record.figures.confusion);
  }
  return sum;
}

}  // namespace

SeriesFigures figures_of_series(std::span<const RunScore> runs, std::span<const std::string> left_out,
                                const std::function<std::string(const std::string& record)>& subject_of) {
  require(!runs.empty() && !runs.front().records.empty(), "there is no run with a tested record");
  const std::vector<std::string>& class_names = runs.front().records.front().figures.class_names;
  const bool multi_label = runs.front().records.front().figures.multi_label;
  const std::set<std::string> without(left_out.begin(), left_out.end());
  CountsBySeed by_seed;
  std::map<std::uint64_t, std::set<int>> folds;
  std::vector<std::vector<std::optional<double>>> of_runs;
  for (const RunScore& run : runs) {
    folds[run.seed].insert(run.fold);
    for (const RecordFigures& record : run.records) {
      const bool fits = record.figures.class_names == class_names && record.figures.multi_label == multi_label;
      require(fits, "their classes differ");
      if (!without.contains(record.record)) add(by_seed[run.seed][record.record], record.figures.confusion);
    }
    const Counts sum = sum_of_run(run, without);
    if (!sum.empty()) of_runs.push_back(figures_of(sum, class_names, multi_label));
  }
  require(!by_seed.empty(), "no record is left");
  for (const auto& [seed, own] : folds) require(own == folds.begin()->second, "a seed lacks a fold that another has");

  std::set<std::string> tested;
  for (const auto& [seed, own] : by_seed) {
    for (const auto& [record, counts] : own) tested.insert(record);
  }
  const std::vector<std::string> records(tested.begin(), tested.end());
  std::vector<std::string> subjects;
  for (const std::string& record : records) {
    if (subject_of) subjects.push_back(subject_of(record));
  }
  const auto over_records = [&](std::span<const std::size_t> chosen) {
    std::vector<std::vector<std::optional<double>>> of_seeds;
    for (const auto& [seed, counts] : by_seed) {
      Counts sum(runs.front().records.front().figures.confusion.size(), 0);
      for (const std::size_t record : chosen) {
        const auto found = counts.find(records[record]);
        if (found != counts.end()) add(sum, found->second);
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
  SeriesFigures out{spread(0), spread(1), {}};
  for (std::size_t c = 0; c < class_names.size(); ++c) {
    const std::size_t f = kOfAll + kOfClass * c;
    ClassSpread one{class_names[c], 0, spread(f), spread(f + 1), spread(f + 2)};
    for (const auto& [record, counts] : by_seed.begin()->second)
      one.n += figures_of_confusion(counts, class_names, multi_label).classes[c].n;
    out.classes.push_back(std::move(one));
  }
  return out;
}

}  // namespace beatbench
