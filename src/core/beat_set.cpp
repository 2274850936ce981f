#include "beatbench/core/beat_set.h"

#include <algorithm>

namespace beatbench {

std::size_t BeatSet::input_size() const {
  const auto side = static_cast<std::size_t>(image_size);
  return image_size > 0 ? side * side : static_cast<std::size_t>(length_samples);
}

void BeatSet::copy_input(std::size_t i, float* out) const {
  if (image_size == 0) {
    std::ranges::copy(window(i), out);
    return;
  }
  constexpr float scale = 1.0F / 255.0F;
  for (const std::uint8_t pixel : image(i)) *out++ = static_cast<float>(255 - pixel) * scale;
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
