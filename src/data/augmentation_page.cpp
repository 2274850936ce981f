#include <algorithm>
#include <cmath>
#include <map>

#include "beatbench/core/random.h"
#include "beatbench/data/augmentation.h"
#include "beatbench/images/beat_image.h"
#include "beatbench/images/image_file.h"

namespace beatbench {
namespace {

constexpr int kShown = 8;  // lines of a page, and variants in each

// Eight rows at most, one of each class before a second of any.
std::vector<std::uint32_t> rows_to_show(const BeatSet& set, std::span<const std::uint32_t> rows) {
  std::map<int, std::vector<std::uint32_t>> by_class;
  for (const std::uint32_t row : rows) by_class[set.rows[row].label].push_back(row);
  std::vector<std::uint32_t> shown;
  for (std::size_t nth = 0; shown.size() < std::min<std::size_t>(kShown, rows.size()); ++nth) {
    for (const auto& [label, own] : by_class) {
      if (nth < own.size() && shown.size() < kShown) shown.push_back(own[nth]);
    }
  }
  return shown;
}

// The first plane of an input as a picture. `low` and `high` are the bottom and the top of a window's.
std::vector<std::uint8_t> picture_of(const BeatSet& set, std::span<const float> input, int side, float low,
                                     float high) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(side) * static_cast<std::size_t>(side));
  if (set.shape.image_size == 0) {
    draw_beat(input.first(set.shape.plane_size()), low, high, side, pixels);
    return pixels;
  }
  std::ranges::transform(input.first(pixels.size()), pixels.begin(),
                         [](float black) { return static_cast<std::uint8_t>(std::lround(255 * (1 - black))); });
  return pixels;
}

}  // namespace

std::string augmentation_page(const Augmentation& augmentation, const BeatSet& set, std::span<const std::uint32_t> rows,
                              std::uint64_t seed) {
  const int side = set.shape.image_size > 0 ? set.shape.image_size : 128;
  const std::vector<std::uint32_t> shown = rows_to_show(set, rows);
  const auto cell = static_cast<std::size_t>(side), width = cell * (1 + kShown);
  std::vector<std::uint8_t> page(width * cell * shown.size(), 255);
  std::vector<float> input(set.shape.input_size());
  for (std::size_t line = 0; line < shown.size(); ++line) {
    float low = 0, high = 0;
    for (std::size_t i = 0; i <= kShown; ++i) {
      set.copy_input(shown[line], input.data());
      if (i == 0) {
        const auto [smallest, largest] = std::ranges::minmax(std::span(input).first(set.shape.plane_size()));
        const float margin = 0.25F * (largest - smallest);
        low = smallest - margin;
        high = largest + margin;
      } else {
        const int variant = static_cast<int>(i);
        augmentation.apply(set, shown[line], variant, derive_seed(seed, line + 1, i), input);
      }
      const std::vector<std::uint8_t> picture = picture_of(set, input, side, low, high);
      for (std::size_t y = 0; y < cell; ++y) {
        std::ranges::copy_n(picture.begin() + static_cast<std::ptrdiff_t>(y * cell), side,
                            page.begin() + static_cast<std::ptrdiff_t>((line * cell + y) * width + i * cell));
      }
    }
  }
  return encode_png(page, static_cast<int>(width));
}

}  // namespace beatbench
