#include "beatbench/evaluation/predictions.h"

#include <algorithm>
#include <cmath>

namespace beatbench {

std::vector<int> predicted_labels(std::span<const float> scores, int outputs) {
  std::vector<int> labels;
  for (std::size_t i = 0; i + static_cast<std::size_t>(outputs) <= scores.size();
       i += static_cast<std::size_t>(outputs)) {
    const auto row = scores.subspan(i, static_cast<std::size_t>(outputs));
    labels.push_back(static_cast<int>(std::ranges::max_element(row) - row.begin()));
  }
  return labels;
}

std::vector<std::uint64_t> predicted_classes(std::span<const float> probabilities, const Preprocessing& preprocessing) {
  constexpr float kThereFrom = 0.5F;
  const std::size_t outputs = preprocessing.class_names.size();
  std::vector<std::uint64_t> sets;
  for (std::size_t i = 0; i + outputs <= probabilities.size(); i += outputs) {
    const auto row = probabilities.subspan(i, outputs);
    std::uint64_t set = 0;
    for (std::size_t c = 0; preprocessing.multi_label && c < outputs; ++c)
      set |= std::uint64_t{row[c] >= kThereFrom} << c;
    if (!preprocessing.multi_label) set = std::uint64_t{1} << (std::ranges::max_element(row) - row.begin());
    sets.push_back(set);
  }
  return sets;
}

std::uint64_t reference_classes(const BeatRow& row, const Preprocessing& preprocessing) {
  if (preprocessing.multi_label) return row.classes;
  return row.label < 0 ? 0 : std::uint64_t{1} << row.label;
}

void probabilities_of_logits(std::span<float> scores, int outputs, bool multi_label) {
  if (!multi_label) return softmax_rows(scores, outputs);
  for (float& value : scores) value = 1.0F / (1.0F + std::exp(-value));
}

ClassificationMetrics evaluate_probabilities(const BeatSet& set, std::span<const std::uint32_t> rows,
                                             std::span<const float> probabilities, const Preprocessing& preprocessing) {
  const auto outputs = static_cast<int>(preprocessing.class_names.size());
  if (preprocessing.multi_label) {
    std::vector<std::uint64_t> reference;
    for (const std::uint32_t row : rows) reference.push_back(set.rows[row].classes);
    return evaluate_multi_label(reference, predicted_classes(probabilities, preprocessing), preprocessing.class_names);
  }
  std::vector<int> reference;
  for (const std::uint32_t row : rows) reference.push_back(set.rows[row].label);
  return evaluate_classification(reference, predicted_labels(probabilities, outputs), preprocessing.class_names);
}

void softmax_rows(std::span<float> scores, int outputs) {
  for (std::size_t i = 0; i + static_cast<std::size_t>(outputs) <= scores.size();
       i += static_cast<std::size_t>(outputs)) {
    const auto row = scores.subspan(i, static_cast<std::size_t>(outputs));
    const float largest = *std::ranges::max_element(row);
    double sum = 0;
    for (float& value : row) sum += value = std::exp(value - largest);
    for (float& value : row) value = static_cast<float>(value / sum);
  }
}

}  // namespace beatbench
