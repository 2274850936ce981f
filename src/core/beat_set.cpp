#include "beatbench/core/beat_set.h"

#include <algorithm>

namespace beatbench {

void BeatSet::copy_input(std::size_t i, float* out) const {
  if (read_input) {
    read_input(records.at(rows[i].record).id, rows[i].sample, out);
    out += shape.stored_size();
  } else if (shape.image_size == 0) {
    out = std::ranges::copy(window(i), out).out;
  } else {
    constexpr float scale = 1.0F / 255.0F;
    for (const std::uint8_t pixel : image(i)) *out++ = static_cast<float>(255 - pixel) * scale;
  }
  for (const float number : features_of(i)) out = std::fill_n(out, shape.plane_size(), number);
}

std::vector<float> inputs_of(const BeatSet& set, std::span<const std::uint32_t> rows) {
  std::vector<float> values(rows.size() * set.shape.input_size());
  float* out = values.data();
  for (const std::uint32_t row : rows) {
    set.copy_input(row, out);
    out += set.shape.input_size();
  }
  return values;
}

std::size_t evaluation_batch(const BeatSet& set) {
  constexpr std::size_t kMostValues = 4'500'000;  // of all inputs together
  const std::size_t usual = set.shape.image_size > 0 ? 64 : set.shape.leads > 1 ? 32 : 512;
  return std::clamp<std::size_t>(kMostValues / std::max<std::size_t>(set.shape.input_size(), 1), 1, usual);
}

std::vector<BeatRow> rows_at(const BeatSet& set, std::span<const std::uint32_t> rows) {
  std::vector<BeatRow> out;
  out.reserve(rows.size());
  for (const std::uint32_t row : rows) out.push_back(set.rows.at(row));
  return out;
}

std::vector<int> labels_of(const BeatSet& windows, std::span<const std::uint32_t> rows) {
  std::vector<int> labels;
  for (const std::uint32_t row : rows) labels.push_back(windows.rows[row].label);
  return labels;
}

std::vector<std::uint32_t> records_of(const BeatSet& windows, std::span<const std::uint32_t> rows) {
  std::vector<std::uint32_t> records;
  for (const std::uint32_t row : rows) records.push_back(windows.rows[row].record);
  return records;
}

std::vector<std::string> record_ids(const BeatSet& windows) {
  std::vector<std::string> ids;
  for (const RecordName& name : windows.records) ids.push_back(name.id);
  return ids;
}

}  // namespace beatbench
