#include "runs/agreement.h"

#include <algorithm>
#include <bit>
#include <map>

#include "beatbench/core/class_map.h"
#include "beatbench/core/label_map.h"
#include "beatbench/evaluation/beat_matching.h"

namespace beatbench {

std::optional<ClassificationMetrics> agreement_of_whole(const Classified& result, const Preprocessing& preprocessing) {
  if (result.statements.empty()) return std::nullopt;
  const std::uint64_t reference = require_label_map(preprocessing.class_map).classes_of(result.statements);
  return evaluate_multi_label({&reference, 1}, result.found, preprocessing.class_names);
}

std::optional<ClassificationMetrics> agreement_of(const Classified& result, const Preprocessing& preprocessing) {
  if (preprocessing.class_map == kOwnClasses) return std::nullopt;
  const ClassMap& classes = require_class_map(preprocessing.class_map);
  std::vector<int> reference, predicted;
  for (std::size_t i = 0; i < result.beats.size(); ++i) {
    const auto label = classes.label_of(result.beats.rows[i].code);
    if (!label) continue;
    reference.push_back(*label);
    predicted.push_back(std::countr_zero(result.found[i]));
  }
  if (reference.empty()) return std::nullopt;
  return evaluate_classification(reference, predicted, preprocessing.class_names);
}

std::optional<ClassificationMetrics> agreement_of_detected(const Classified& result, const Record& record,
                                                           const Preprocessing& preprocessing,
                                                           std::vector<std::string>& notes) {
  if (preprocessing.class_map == kOwnClasses) return std::nullopt;
  const ClassMap& classes = require_class_map(preprocessing.class_map);
  std::map<std::int64_t, std::optional<int>> annotated;  // none: a beat of a kind that the classes do not have
  std::map<std::int64_t, int> predicted;
  BeatMarks reference, test;
  for (const Annotation& annotation : record.annotations) {
    const auto label = classes.label_of(annotation.code);
    if ((!label && !is_beat(annotation.code)) || !annotated.emplace(annotation.sample, label).second) continue;
    reference.beats.push_back({annotation.sample});
  }
  if (reference.beats.empty()) return std::nullopt;
  for (std::size_t i = 0; i < result.beats.size(); ++i) {
    predicted[result.beats.rows[i].sample] = std::countr_zero(result.found[i]);
    test.beats.push_back({result.beats.rows[i].sample});
  }
  std::ranges::sort(reference.beats, {}, &BeatMark::sample);
  const BeatComparison compared =
      compare_beats(reference, test, {.sampling_rate_hz = record.sampling_rate_hz, .start_s = 0});
  std::vector<int> was, is;
  for (const auto& [mark, found] : compared.pairs) {
    if (!annotated.at(mark.sample)) continue;
    was.push_back(*annotated.at(mark.sample));
    is.push_back(predicted.at(found.sample));
  }
  const std::size_t others = compared.pairs.size() - was.size();
  notes.push_back("of " + std::to_string(reference.beats.size()) + " annotated beats " +
                  std::to_string(compared.missed.size()) + " were not detected, and " +
                  std::to_string(compared.extra.size()) + " detected ones are not annotated" +
                  (others > 0 ? "; " + std::to_string(others) + " are of kinds that the classes do not have" : ""));
  if (was.empty()) return std::nullopt;
  return evaluate_classification(was, is, preprocessing.class_names);
}

}  // namespace beatbench
