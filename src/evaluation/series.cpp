#include "beatbench/evaluation/series.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/statistics.h"
#include "beatbench/evaluation/thresholds.h"

namespace beatbench {
namespace {

using Counts = std::vector<std::int64_t>;
using Metrics = std::vector<std::optional<double>>;

constexpr std::size_t kOfAll = 4;    // metrics: accuracy, macro F1, and the means of the two areas
constexpr std::size_t kOfClass = 5;  // sensitivity, positive predictivity, F1, ROC area, average precision

// The scores of the folds of a seed, or of one of them.
struct Test {
  std::vector<Counts> counts;                    // of each record, all 0 where it is not tested
  std::vector<std::size_t> inputs;               // the record of each recording that was classified whole
  std::vector<std::vector<RankedInput>> ranked;  // those, for each class
};

Test test_of(std::span<const RunScore* const> runs, const std::vector<std::string>& records) {
  const ClassificationMetrics& form = runs.front()->records.front().metrics;
  Test test;
  test.counts.assign(records.size(), Counts(form.confusion.size(), 0));
  const auto place_of = [&](const std::string& record) -> std::optional<std::size_t> {
    const auto place = std::ranges::lower_bound(records, record);
    if (place == records.end() || *place != record) return std::nullopt;  // is left out
    return static_cast<std::size_t>(place - records.begin());
  };
  std::vector<float> probabilities;
  std::vector<std::uint64_t> reference;
  for (const RunScore* run : runs) {
    for (const RecordMetrics& one : run->records) {
      const auto place = place_of(one.record);
      for (std::size_t i = 0; place && i < one.metrics.confusion.size(); ++i)
        test.counts[*place][i] += one.metrics.confusion[i];
    }
    for (const TestedRecording& one : run->recordings) {
      const auto place = place_of(one.record);
      if (!place) continue;
      test.inputs.push_back(*place);
      probabilities.insert(probabilities.end(), one.probabilities.begin(), one.probabilities.end());
      reference.push_back(one.reference);
    }
  }
  test.ranked = rank_by_class(probabilities, reference, form.class_names.size());
  return test;
}

// Metrics in which each record counts as often as `times` says.
Metrics metrics_of(const Test& test, const std::vector<int>& times, const ClassificationMetrics& form) {
  Counts sum(form.confusion.size(), 0);
  for (std::size_t r = 0; r < times.size(); ++r) {
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += times[r] * test.counts[r][i];
  }
  const ClassificationMetrics metrics = metrics_of_confusion(sum, form.class_names, form.multi_label);
  std::vector<int> times_of_inputs;
  for (const std::size_t record : test.inputs) times_of_inputs.push_back(times[record]);
  std::vector<RocPrAreas> areas;
  for (const auto& ranked : test.ranked) areas.push_back(roc_pr_areas(ranked, times_of_inputs));
  const RocPrAreas mean = mean_areas(areas);
  Metrics values = {metrics.accuracy.value, metrics.macro_f1.value, mean.roc_area, mean.average_precision};
  for (std::size_t c = 0; c < areas.size(); ++c) {
    const ClassMetrics& one = metrics.classes[c];
    values.insert(values.end(), {one.sensitivity.value, one.positive_predictivity.value, one.f1.value,
                                 areas[c].roc_area, areas[c].average_precision});
  }
  return values;
}

// A statistic of each column, of the rows where it is defined.
template <typename Statistic>
Metrics of_columns(const std::vector<Metrics>& rows, Statistic statistic) {
  Metrics out(rows.front().size());
  for (std::size_t f = 0; f < out.size(); ++f) {
    std::vector<double> column;
    for (const Metrics& row : rows) {
      if (row[f]) column.push_back(*row[f]);
    }
    out[f] = statistic(column);
  }
  return out;
}

// Means over the seeds of a draw, undefined where they would be over fewer classes or seeds than those of `whole`.
Metrics means_of_draw(std::vector<Metrics> drawn, const std::vector<Metrics>& whole) {
  constexpr std::array<std::pair<std::size_t, std::size_t>, 3> macro = {{{1, 2}, {2, 3}, {3, 4}}};  // F1 and the areas
  const auto is_lost = [&](std::size_t seed, std::size_t f) { return whole[seed][f] && !drawn[seed][f]; };
  std::set<std::size_t> lost;
  for (std::size_t seed = 0; seed < drawn.size(); ++seed) {
    for (const auto& [mean_of_classes, of_class] : macro) {
      for (std::size_t f = kOfAll + of_class; f < drawn[seed].size(); f += kOfClass) {
        if (is_lost(seed, f)) drawn[seed][mean_of_classes].reset();
      }
    }
    for (std::size_t f = 0; f < drawn[seed].size(); ++f) {
      if (is_lost(seed, f)) lost.insert(f);
    }
  }
  Metrics means = of_columns(drawn, mean);
  for (const std::size_t f : lost) means[f].reset();
  return means;
}

void require(bool holds, const std::string& message) {
  if (!holds) throw Error(ErrorKind::usage, "series of runs", message);
}

}  // namespace

SeriesMetrics metrics_of_series(std::span<const RunScore> runs, std::span<const std::string> left_out,
                                const std::function<std::string(const std::string& record)>& subject_of) {
  require(!runs.empty() && !runs.front().records.empty(), "there is no run with a tested record");
  const ClassificationMetrics& form = runs.front().records.front().metrics;
  const std::set<std::string> without(left_out.begin(), left_out.end());
  std::map<std::uint64_t, std::vector<const RunScore*>> by_seed;
  std::map<std::uint64_t, std::set<int>> folds;
  std::set<std::string> tested;
  for (const RunScore& run : runs) {
    by_seed[run.seed].push_back(&run);
    folds[run.seed].insert(run.fold);
    for (const RecordMetrics& record : run.records) {
      const bool fits =
          record.metrics.class_names == form.class_names && record.metrics.multi_label == form.multi_label;
      require(fits, "their classes differ");
      if (!without.contains(record.record)) tested.insert(record.record);
    }
  }
  require(!tested.empty(), "no record is left");
  for (const auto& [seed, own] : folds) require(own == folds.begin()->second, "a seed lacks a fold that another has");

  const std::vector<std::string> records(tested.begin(), tested.end());
  std::vector<Test> of_seeds;
  for (const auto& [seed, own] : by_seed) of_seeds.push_back(test_of(own, records));
  const auto by_times = [&](const std::vector<int>& times) {
    std::vector<Metrics> rows;
    for (const Test& test : of_seeds) rows.push_back(metrics_of(test, times, form));
    return rows;
  };
  const std::vector<int> once(records.size(), 1);
  const std::vector<Metrics> whole = by_times(once);
  const Metrics means = of_columns(whole, mean);
  std::vector<Metrics> rows = whole;
  if (rows.size() == 1) {  // then the folds differ
    rows.clear();
    for (const RunScore& run : runs) {
      const RunScore* const alone = &run;
      const Test test = test_of({&alone, 1}, records);
      const auto is_empty = [](const Counts& counts) { return std::ranges::count(counts, 0) == std::ssize(counts); };
      if (!std::ranges::all_of(test.counts, is_empty)) rows.push_back(metrics_of(test, once, form));
    }
  }
  const Metrics sd = of_columns(rows, standard_deviation);
  std::vector<std::optional<Interval>> intervals(means.size());
  if (subject_of) {
    std::vector<std::string> subjects;
    for (const std::string& record : records) subjects.push_back(subject_of(record));
    intervals = bootstrap_over_subjects(subjects, [&](std::span<const std::size_t> chosen) {
      std::vector<int> times(records.size(), 0);
      for (const std::size_t record : chosen) ++times[record];
      return means_of_draw(by_times(times), whole);
    });
  }

  const auto spread = [&](std::size_t f) { return MetricSummary{means[f], sd[f], intervals[f]}; };
  SeriesMetrics out{spread(0), spread(1), spread(2), spread(3), {}};
  for (std::size_t c = 0; c < form.class_names.size(); ++c) {
    const std::size_t f = kOfAll + kOfClass * c;
    ClassSpread one{form.class_names[c], 0, spread(f), spread(f + 1), spread(f + 2), spread(f + 3), spread(f + 4)};
    for (const Counts& counts : of_seeds.front().counts)
      one.n += metrics_of_confusion(counts, form.class_names, form.multi_label).classes[c].n;
    out.classes.push_back(std::move(one));
  }
  return out;
}

}  // namespace beatbench
