#include <algorithm>
#include <array>
#include <cmath>

#include "signal/features/beat_shape.h"

namespace beatbench::features {
namespace {

constexpr std::array<std::string_view, 10> kNumbers = {
    "largest correlation of the QRS complex with the recording's template, both leads together",
    "its distance from the template, over that one's size",
    "correlation in the lead that is more alike",
    "correlation in the lead that is less alike",
    "width of the QRS complex, samples at 90 Hz",
    "the same less the recording's median",
    "log of its size over the recording's median",
    "log of its steepest slope over its size, less the recording's median",
    "largest correlation of what is before it (P wave) with the template",
    "log of the distance of that from the template, over the size of the template's QRS complex",
};

// What is measured of a QRS complex by itself.
struct Measured {
  double size = 0, width = 0, slope = 0;
};

Measured measure(const std::vector<float>& qrs, std::size_t leads) {
  constexpr std::size_t length = kQrsEnd - kQrsBegin;
  std::array<double, length> power{};
  double steepest = 0, sum = 0, moment = 0, spread = 0;
  for (std::size_t i = 0; i < length; ++i) {
    double rise = 0;
    for (std::size_t l = 0; l < leads; ++l) {
      const double value = static_cast<double>(qrs[l * length + i]);
      power[i] += value * value;
      if (i > 0) rise += std::pow(value - static_cast<double>(qrs[l * length + i - 1]), 2);
    }
    power[i] = std::sqrt(power[i]);
    steepest = std::max(steepest, std::sqrt(rise));
    sum += power[i];
    moment += power[i] * static_cast<double>(i);
  }
  sum = std::max(sum, 1e-9);
  for (std::size_t i = 0; i < length; ++i) spread += power[i] * std::pow(static_cast<double>(i) - moment / sum, 2);
  return {std::sqrt(dot(qrs, qrs)), std::sqrt(spread / sum), steepest};
}

}  // namespace

const std::span<const std::string_view> kTemplateBeatNumbers = kNumbers;

void append_template_beat(const FeatureSource& source, std::vector<float>& values) {
  constexpr double kSize_mv = 0.05, kSlope_mv = 0.01, kP_mv = 0.02;  // what counts for nothing, so that logs stay small
  const TemplateBeat& found = *source.template_beat;
  const std::size_t leads = found.windows.size();
  const std::vector<float> beat_template = part_of(found.windows, kQrsBegin, kQrsEnd);
  const std::vector<float> template_p = part_of(found.windows, kPBegin, kPEnd);
  std::vector<Measured> measured;
  std::vector<double> sizes, widths, slopes;
  for (const Aligned& beat : found.beats) {
    measured.push_back(measure(part_of(beat.windows, kQrsBegin, kQrsEnd), leads));
    sizes.push_back(measured.back().size);
    widths.push_back(measured.back().width);
    slopes.push_back(std::log((measured.back().slope + kSlope_mv) / (measured.back().size + kSize_mv)));
  }
  const double size = median_or_zero(sizes), width = median_or_zero(widths), slope = median_or_zero(slopes);
  for (const std::size_t place : source.places) {
    const Aligned& beat = found.beats[place];
    const std::vector<float> qrs = part_of(beat.windows, kQrsBegin, kQrsEnd);
    constexpr std::size_t length = kQrsEnd - kQrsBegin;
    double most = -1, least = 1;
    for (std::size_t l = 0; l < leads; ++l) {
      const double alike = correlation(std::span(qrs).subspan(l * length, length),
                                       std::span(beat_template).subspan(l * length, length), 1e-6);
      most = std::max(most, alike);
      least = std::min(least, alike);
    }
    const PLikeness p = compare_p(beat.windows, template_p);
    for (const double number :
         {beat.correlation, std::min(beat.distance, 20.0), most, least, widths[place], widths[place] - width,
          std::log((sizes[place] + kSize_mv) / (size + kSize_mv)), slopes[place] - slope, p.correlation,
          std::log((p.distance + kP_mv) / (size + kSize_mv))}) {
      values.push_back(static_cast<float>(number));
    }
  }
}

}  // namespace beatbench::features
