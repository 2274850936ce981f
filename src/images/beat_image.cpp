#include "beatbench/images/beat_image.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/statistics.h"
#include "beatbench/signal/resample.h"
#include "images/image_library.h"

namespace beatbench {
namespace {

constexpr double kFromNeighbour_s = 20.0 / 360.0;
constexpr double kAloneInterval_s = 1.0;
constexpr int kFractionBits = 6;  // coordinates are in 1/64 pixel

// Bottom and top of an image.
struct Span {
  float low = 0, high = 0;
};

Span with_margin(float low, float high) {
  const float margin = 0.1F * (high - low);
  return {low - margin, high + margin};
}

// Of all but a thousandth of the samples on either side, so that an artefact does not flatten every beat.
Span span_of_record(const PreparedLead& lead) {
  std::vector<float> present = lead.present();
  if (present.empty()) return {};
  const ValueRange range = trimmed_range(std::move(present), 1000);
  return with_margin(range.low, range.high);
}

Span span_of(std::span<const float> samples) {
  const auto [low, high] = std::ranges::minmax(samples);
  return with_margin(low, high);
}

}  // namespace

std::vector<BeatRange> beat_ranges(std::span<const std::int64_t> beats, std::int64_t length, double sampling_rate_hz,
                                   std::string_view kind) {
  if (kind != "neighbours" && kind != "halfway") {
    throw Error(ErrorKind::usage, "image range",
                "'" + std::string(kind) + "' is not valid; allowed: neighbours, halfway");
  }
  const bool halfway = kind == "halfway";
  const std::int64_t from_neighbour = std::llround(kFromNeighbour_s * sampling_rate_hz);
  const auto reach = [&](std::int64_t interval) { return halfway ? interval / 2 : interval - from_neighbour; };
  std::vector<BeatRange> ranges;
  for (std::size_t i = 0; i < beats.size(); ++i) {
    const std::int64_t alone = std::llround(kAloneInterval_s * sampling_rate_hz);
    const bool has_before = i > 0, has_after = i + 1 < beats.size();
    const std::int64_t before = has_before ? beats[i] - beats[i - 1] : has_after ? beats[i + 1] - beats[i] : alone;
    const std::int64_t after = has_after ? beats[i + 1] - beats[i] : before;
    const std::int64_t begin = std::max<std::int64_t>(0, beats[i] - std::max<std::int64_t>(1, reach(before)));
    const std::int64_t end = std::min(length, beats[i] + std::max<std::int64_t>(2, reach(after)));
    ranges.push_back({begin, end});
  }
  return ranges;
}

void draw_beat(std::span<const float> samples, float low, float high, int size, std::span<std::uint8_t> pixels) {
  const double scale = static_cast<double>((size - 1) << kFractionBits);
  const double across = scale / static_cast<double>(std::max<std::size_t>(samples.size() - 1, 1));
  const double up = high > low ? 1.0 / (static_cast<double>(high) - low) : 0.0;
  std::vector<int> points;
  points.reserve(2 * samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double height = std::clamp((static_cast<double>(samples[i]) - low) * up, 0.0, 1.0);
    points.push_back(static_cast<int>(std::lrint(static_cast<double>(i) * across)));
    points.push_back(static_cast<int>(std::lrint(scale * (1.0 - height))));
  }
  image_library().draw_line(points.data(), samples.size(), size, pixels.data());
}

void enlarge_crop(std::span<float> image, int size, int left, int top, int crop) {
  std::vector<float> part;
  const auto side = static_cast<std::size_t>(size), cut = static_cast<std::size_t>(crop);
  part.reserve(cut * cut);
  for (std::size_t row = 0; row < cut; ++row) {
    const auto from = image.subspan((static_cast<std::size_t>(top) + row) * side + static_cast<std::size_t>(left), cut);
    part.insert(part.end(), from.begin(), from.end());
  }
  image_library().enlarge(part.data(), crop, image.data(), size);
}

void append_images(BeatSet& set, const PreparedLead& lead, std::span<const BeatRow> rows,
                   std::span<const std::int64_t> neighbours, const Preprocessing& preprocessing) {
  const auto length = static_cast<std::int64_t>(lead.samples.size());
  const double rate_hz = preprocessing.sampling_rate_hz;
  set.shape.image_size = preprocessing.image_size;
  if (rows.empty()) return;
  std::vector<std::int64_t> beats;
  for (const std::int64_t neighbour : neighbours) {
    beats.push_back(std::clamp<std::int64_t>(map_sample(neighbour, lead.record_rate_hz, rate_hz), 0, length - 1));
  }
  const std::vector<BeatRange> ranges = beat_ranges(beats, length, rate_hz, preprocessing.image_range);
  const Span of_record = preprocessing.scaling == "none" ? Span{-2.5F, 2.5F} : span_of_record(lead);
  for (const BeatRow& row : rows) {
    const auto at = std::ranges::lower_bound(neighbours, row.sample);
    const bool inside = map_sample(row.sample, lead.record_rate_hz, rate_hz) <= length;
    if (at == neighbours.end() || *at != row.sample || row.sample < 0 || !inside) {
      throw Error(ErrorKind::data, "record " + set.records.at(row.record).id,
                  "has a beat at sample " + std::to_string(row.sample) + ", but the recording ends before it");
    }
    const BeatRange& range = ranges[static_cast<std::size_t>(at - neighbours.begin())];
    const auto samples =
        std::span(lead.samples)
            .subspan(static_cast<std::size_t>(range.begin), static_cast<std::size_t>(range.end - range.begin));
    const Span span = preprocessing.scaling == "window" ? span_of(samples) : of_record;
    set.pixels.resize(set.pixels.size() + set.shape.stored_size());
    draw_beat(samples, span.low, span.high, set.shape.image_size, std::span(set.pixels).last(set.shape.stored_size()));
    set.rows.push_back(row);
  }
}

}  // namespace beatbench
