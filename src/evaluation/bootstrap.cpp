#include "beatbench/evaluation/bootstrap.h"

#include <algorithm>
#include <map>

#include "beatbench/core/random.h"
#include "beatbench/core/statistics.h"

namespace beatbench {
std::vector<std::optional<Interval>> bootstrap_over_subjects(
    std::span<const std::string> subjects,
    const std::function<std::vector<std::optional<double>>(std::span<const std::size_t> recordings)>& metrics,
    const BootstrapOptions& options) {
  std::vector<std::size_t> recordings(subjects.size());
  std::map<std::string, std::vector<std::size_t>> of_subject;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    recordings[i] = i;
    of_subject[subjects[i]].push_back(i);
  }
  std::vector<std::optional<Interval>> intervals(metrics(recordings).size());
  if (of_subject.size() < 2) return intervals;
  std::vector<const std::vector<std::size_t>*> units;
  for (const auto& [subject, own] : of_subject) units.push_back(&own);

  std::vector<std::vector<double>> drawn(intervals.size());
  std::mt19937_64 engine(options.seed);
  for (int draw = 0; draw < options.draws; ++draw) {
    recordings.clear();
    for (std::size_t i = 0; i < units.size(); ++i) {
      const std::vector<std::size_t>& own = *units[uniform_below(engine, units.size())];
      recordings.insert(recordings.end(), own.begin(), own.end());
    }
    const std::vector<std::optional<double>> values = metrics(recordings);
    for (std::size_t f = 0; f < values.size(); ++f) {
      if (values[f]) drawn[f].push_back(*values[f]);
    }
  }
  for (std::size_t f = 0; f < drawn.size(); ++f) {
    if (drawn[f].empty()) continue;
    std::ranges::sort(drawn[f]);
    intervals[f] = {quantile_of_sorted(drawn[f], (1 - options.level) / 2),
                    quantile_of_sorted(drawn[f], (1 + options.level) / 2), options.draws - std::ssize(drawn[f])};
  }
  return intervals;
}

}  // namespace beatbench
