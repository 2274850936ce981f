#include "beatbench/models/predict.h"

#include <algorithm>
#include <cmath>

#include "models/autocast.h"
#include "models/batch.h"
#include "models/model.h"

namespace beatbench {
namespace {

class EvaluationMode {
 public:
  explicit EvaluationMode(BeatModel& model) : model_(model), was_training_(model.is_training()) { model_.eval(); }
  ~EvaluationMode() { model_.train(was_training_); }
  EvaluationMode(const EvaluationMode&) = delete;
  EvaluationMode& operator=(const EvaluationMode&) = delete;

 private:
  BeatModel& model_;
  bool was_training_;
};

}  // namespace

std::vector<std::int64_t> input_dimensions(const BeatSet& set, std::int64_t count) {
  if (set.image_size > 0) return {count, 1 + set.context_size, set.image_size, set.image_size};
  return {count, set.leads + set.context_size, set.length_samples};
}

torch::Tensor gather_inputs(const BeatSet& windows, std::span<const std::uint32_t> rows) {
  const auto count = static_cast<std::int64_t>(rows.size());
  torch::Tensor batch = torch::empty(input_dimensions(windows, count));
  float* out = batch.data_ptr<float>();
  for (const std::uint32_t row : rows) {
    windows.copy_input(row, out);
    out += windows.input_size();
  }
  return batch;
}

torch::Tensor gather_targets(const BeatSet& windows, std::span<const std::uint32_t> rows, bool multi_label,
                             int outputs) {
  const auto count = static_cast<std::int64_t>(rows.size());
  if (!multi_label) {
    torch::Tensor labels = torch::empty({count}, torch::kInt64);
    std::ranges::transform(rows, labels.data_ptr<std::int64_t>(),
                           [&](std::uint32_t row) { return static_cast<std::int64_t>(windows.rows[row].label); });
    return labels;
  }
  torch::Tensor targets = torch::empty({count, outputs});
  float* out = targets.data_ptr<float>();
  for (const std::uint32_t row : rows) {
    for (int c = 0; c < outputs; ++c) *out++ = windows.rows[row].is_of(static_cast<std::size_t>(c)) ? 1.0F : 0.0F;
  }
  return targets;
}

std::vector<float> predict_logits(BeatModel& model, const BeatSet& windows, std::span<const std::uint32_t> rows,
                                  bool bf16) {
  const torch::NoGradGuard no_grad;
  const EvaluationMode evaluation(model);
  const torch::Device device = model.parameters().front().device();
  const Bfloat16Autocast autocast(bf16, device);
  std::vector<float> logits;
  const std::size_t batch = evaluation_batch(windows);
  for (std::size_t first = 0; first < rows.size(); first += batch) {
    const auto part = rows.subspan(first, std::min(batch, rows.size() - first));
    const torch::Tensor out =
        model.forward(gather_inputs(windows, part).to(device)).to(torch::kCPU, torch::kFloat).contiguous();
    logits.insert(logits.end(), out.data_ptr<float>(), out.data_ptr<float>() + out.numel());
  }
  return logits;
}

std::size_t evaluation_batch(const BeatSet& set) {
  constexpr std::size_t kMostValues = 4'500'000;  // of all inputs together
  const std::size_t usual = set.image_size > 0 ? 64 : set.leads > 1 ? 32 : 512;
  return std::clamp<std::size_t>(kMostValues / std::max<std::size_t>(set.input_size(), 1), 1, usual);
}

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

ClassificationFigures evaluate_probabilities(const BeatSet& set, std::span<const std::uint32_t> rows,
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
