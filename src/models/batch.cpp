#include "models/batch.h"

#include <algorithm>

namespace beatbench {

std::vector<std::int64_t> input_dimensions(const BeatSet& set, std::int64_t count) {
  if (set.shape.image_size > 0) return {count, 1 + set.shape.feature_count, set.shape.image_size, set.shape.image_size};
  return {count, set.shape.leads + set.shape.feature_count, set.shape.length_samples};
}

torch::Tensor gather_inputs(const BeatSet& windows, std::span<const std::uint32_t> rows) {
  const auto count = static_cast<std::int64_t>(rows.size());
  torch::Tensor batch = torch::empty(input_dimensions(windows, count));
  float* out = batch.data_ptr<float>();
  for (const std::uint32_t row : rows) {
    windows.copy_input(row, out);
    out += windows.shape.input_size();
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

}  // namespace beatbench
