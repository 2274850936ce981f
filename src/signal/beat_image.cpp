#include "beatbench/signal/beat_image.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <opencv2/imgproc.hpp>
#include <string>

#include "beatbench/core/error.h"

namespace beatbench {
namespace {

constexpr std::array kKinds = {
    BeatRangeKind{"neighbours", "from 56 ms after the beat before to 56 ms before the next (Jun et al. 2018)"},
    BeatRangeKind{"halfway", "from halfway to the beat before to halfway to the next"},
};
constexpr double kFromNeighbour_s = 20.0 / 360.0;
constexpr double kAloneInterval_s = 1.0;
constexpr int kFractionBits = 6;  // coordinates are in 1/64 pixel

void require_kind(std::string_view kind) {
  if (std::ranges::find(kKinds, kind, &BeatRangeKind::name) != kKinds.end()) return;
  std::string valid;
  for (const BeatRangeKind& row : kKinds) valid += (valid.empty() ? "" : ", ") + std::string(row.name);
  throw Error(ErrorKind::usage, "beat range", "'" + std::string(kind) + "' is not valid; allowed: " + valid);
}

}  // namespace

std::span<const BeatRangeKind> beat_range_kinds() { return kKinds; }

std::vector<BeatRange> beat_ranges(std::span<const std::int64_t> beats, std::int64_t length, double sampling_rate_hz,
                                   std::string_view kind) {
  require_kind(kind);
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
  cv::Mat image(size, size, CV_8UC1, pixels.data());
  image.setTo(255);
  const double scale = static_cast<double>((size - 1) << kFractionBits);
  const double across = scale / static_cast<double>(std::max<std::size_t>(samples.size() - 1, 1));
  const double up = high > low ? 1.0 / (static_cast<double>(high) - low) : 0.0;
  std::vector<cv::Point> points;
  points.reserve(samples.size());
  for (std::size_t i = 0; i < samples.size(); ++i) {
    const double height = std::clamp((static_cast<double>(samples[i]) - low) * up, 0.0, 1.0);
    points.emplace_back(cvRound(static_cast<double>(i) * across), cvRound(scale * (1.0 - height)));
  }
  cv::polylines(image, points, false, cv::Scalar(0), 1, cv::LINE_AA, kFractionBits);
}

}  // namespace beatbench
