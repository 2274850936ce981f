#include "beatbench/core/beat_set.h"

#include <algorithm>

namespace beatbench {

void BeatSet::copy_input(std::size_t i, float* out) const {
  if (read_input) {
    read_input(records.at(rows[i].record).id, rows[i].sample, out);
    out += stored_size();
  } else if (image_size == 0) {
    out = std::ranges::copy(window(i), out).out;
  } else {
    constexpr float scale = 1.0F / 255.0F;
    for (const std::uint8_t pixel : image(i)) *out++ = static_cast<float>(255 - pixel) * scale;
  }
  for (const float number : context_of(i)) out = std::fill_n(out, plane_size(), number);
}

std::vector<float> inputs_of(const BeatSet& set, std::span<const std::uint32_t> rows) {
  std::vector<float> values(rows.size() * set.input_size());
  float* out = values.data();
  for (const std::uint32_t row : rows) {
    set.copy_input(row, out);
    out += set.input_size();
  }
  return values;
}

}  // namespace beatbench
