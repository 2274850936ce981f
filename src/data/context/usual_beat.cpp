#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "beatbench/signal/filter.h"
#include "beatbench/signal/prepare.h"
#include "beatbench/signal/resample.h"
#include "data/context/context.h"

namespace beatbench::contexts {
namespace {

constexpr std::array<std::string_view, 10> kNumbers = {
    "largest correlation of the QRS complex with the recording's usual one, both leads together",
    "its distance from the usual one, over that one's size",
    "correlation in the lead that is more alike",
    "correlation in the lead that is less alike",
    "width of the QRS complex, samples at 90 Hz",
    "the same less the recording's median",
    "log of its size over the recording's median",
    "log of its steepest slope over its size, less the recording's median",
    "largest correlation of what is before it (P wave) with the usual",
    "log of the distance of that from the usual, over the usual size of a QRS complex",
};

// Windows of 135 points at 90 Hz: from 0.9 s before to 0.6 s after the R peak.
constexpr double kRate_hz = 360;
constexpr int kStep = 4;  // samples at kRate_hz from one point to the next
constexpr int kBefore = 81, kPoints = 135;
constexpr int kQrsBegin = 70, kQrsEnd = 93;  // 0.12 s either side
constexpr int kPBegin = 56, kPEnd = 74;      // from 0.28 to 0.09 s before
constexpr int kLargestShift = 9, kLargestPShift = 2;
constexpr double kShiftCost = 0.002;  // of correlation, for each point: beats alike stay where they are
constexpr int kPasses = 3;

using Window = std::array<float, kPoints>;
using Windows = std::vector<Window>;  // of one beat, a window for each lead

struct Leads {
  std::vector<std::vector<float>> signals;  // mV at kRate_hz
  std::vector<std::int64_t> beats;          // at kRate_hz
};

std::vector<float> prepared(const Lead& lead, double rate_hz) {
  std::vector<float> signal = to_millivolts(lead);
  fill_gaps(signal);
  if (rate_hz != kRate_hz) signal = resample(signal, rate_hz, kRate_hz);
  filter_zero_phase(signal, butterworth_band_pass({2, 0.5, 40}, kRate_hz));
  return signal;
}

// The lead that windows are cut from and the first other one of an ECG.
Leads two_leads(const ContextSource& source) {
  const Record& record = source.record;
  Leads leads;
  const std::size_t first = find_lead(record, source.leads);
  leads.signals.push_back(prepared(record.leads[first], record.sampling_rate_hz));
  for (std::size_t i = 0; i < record.leads.size() && leads.signals.size() < 2; ++i) {
    const Lead& lead = record.leads[i];
    const bool usable = is_ecg_lead(lead.name) && (lead.units.empty() || is_voltage(lead.units));
    if (i != first && usable) leads.signals.push_back(prepared(lead, record.sampling_rate_hz));
  }
  for (const std::int64_t beat : source.beats) {
    leads.beats.push_back(map_sample(beat, record.sampling_rate_hz, kRate_hz));
  }
  return leads;
}

// Zeros beyond the recording.
Windows cut(const Leads& leads, std::int64_t beat) {
  Windows windows(leads.signals.size());
  for (std::size_t l = 0; l < windows.size(); ++l) {
    const auto length = static_cast<std::int64_t>(leads.signals[l].size());
    for (int i = 0; i < kPoints; ++i) {
      const std::int64_t at = beat + kStep * (i - kBefore);
      windows[l][static_cast<std::size_t>(i)] =
          at >= 0 && at < length ? leads.signals[l][static_cast<std::size_t>(at)] : 0.0F;
    }
  }
  return windows;
}

// The points [begin, end) of each lead, one after another, each lead's mean taken away.
std::vector<float> part_of(const Windows& windows, int begin, int end) {
  std::vector<float> part;
  for (const Window& window : windows) {
    double sum = 0;
    for (int i = begin; i < end; ++i) sum += static_cast<double>(window[static_cast<std::size_t>(i)]);
    const auto mean = static_cast<float>(sum / (end - begin));
    for (int i = begin; i < end; ++i) part.push_back(window[static_cast<std::size_t>(i)] - mean);
  }
  return part;
}

double dot(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  return sum;
}

double correlation(std::span<const float> a, std::span<const float> b, double floor) {
  return dot(a, b) / std::sqrt(dot(a, a) * dot(b, b) + floor);
}

double distance(std::span<const float> a, std::span<const float> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += std::pow(static_cast<double>(a[i] - b[i]), 2);
  return std::sqrt(sum);
}

// A beat where it is most like the usual one.
struct Aligned {
  Windows windows;
  double correlation = -1, distance = 0;
};

Aligned align(const Leads& leads, std::int64_t beat, const std::vector<float>& usual) {
  const Windows here = cut(leads, beat);
  const double size = dot(usual, usual);
  Aligned best;
  double best_score = -2, nearest = std::numeric_limits<double>::infinity();
  int best_shift = 0;
  for (int shift = -kLargestShift; shift <= kLargestShift; ++shift) {
    const std::vector<float> qrs = part_of(here, kQrsBegin + shift, kQrsEnd + shift);
    const double alike = correlation(qrs, usual, 1e-6);
    nearest = std::min(nearest, distance(qrs, usual));
    best.correlation = std::max(best.correlation, alike);
    if (alike - kShiftCost * std::abs(shift) <= best_score) continue;
    best_score = alike - kShiftCost * std::abs(shift);
    best_shift = shift;
  }
  best.distance = nearest / std::sqrt(size + 1e-6);
  best.windows = best_shift == 0 ? here : cut(leads, beat + kStep * best_shift);
  return best;
}

// Point by point the median of the beats that `counts` says.
Windows median_beat(const std::vector<Aligned>& beats, const std::vector<bool>& counts) {
  Windows usual(beats.front().windows.size());
  std::vector<float> values;
  for (std::size_t l = 0; l < usual.size(); ++l) {
    for (std::size_t i = 0; i < kPoints; ++i) {
      values.clear();
      for (std::size_t b = 0; b < beats.size(); ++b) {
        if (counts[b]) values.push_back(beats[b].windows[l][i]);
      }
      const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
      std::ranges::nth_element(values, middle);
      usual[l][i] = *middle;
    }
  }
  return usual;
}

struct Usual {
  std::vector<Aligned> beats;
  Windows windows;
};

// The recording's usual beat: the median of all, and then, each beat moved to where it fits best, of the half that is
// most like it.
Usual find_usual(const Leads& leads) {
  Usual found;
  for (const std::int64_t beat : leads.beats) found.beats.push_back({cut(leads, beat)});
  found.windows = median_beat(found.beats, std::vector<bool>(found.beats.size(), true));
  for (int pass = 0; pass < kPasses; ++pass) {
    const std::vector<float> usual = part_of(found.windows, kQrsBegin, kQrsEnd);
    std::vector<double> correlations;
    for (std::size_t b = 0; b < found.beats.size(); ++b) {
      found.beats[b] = align(leads, leads.beats[b], usual);
      correlations.push_back(found.beats[b].correlation);
    }
    if (pass + 1 == kPasses) break;
    const double middle = median(correlations);
    std::vector<bool> counts;
    for (const double alike : correlations) counts.push_back(alike >= middle);
    found.windows = median_beat(found.beats, counts);
  }
  return found;
}

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

// The largest correlation of the stretch before the QRS complex with the usual one, and the smallest distance.
std::array<double, 2> compare_p(const Windows& windows, const std::vector<float>& usual) {
  double alike = -1, nearest = std::numeric_limits<double>::infinity();
  for (int shift = -kLargestPShift; shift <= kLargestPShift; ++shift) {
    const std::vector<float> stretch = part_of(windows, kPBegin + shift, kPEnd + shift);
    alike = std::max(alike, correlation(stretch, usual, 1e-4));
    nearest = std::min(nearest, distance(stretch, usual));
  }
  return {alike, nearest};
}

}  // namespace

const std::span<const std::string_view> kUsualBeatNumbers = kNumbers;

void append_usual_beat(const ContextSource& source, std::vector<float>& values) {
  constexpr double kSize_mv = 0.05, kSlope_mv = 0.01, kP_mv = 0.02;  // what counts for nothing, so that logs stay small
  const Leads leads = two_leads(source);
  const Usual found = find_usual(leads);
  const std::vector<float> usual = part_of(found.windows, kQrsBegin, kQrsEnd);
  const std::vector<float> usual_p = part_of(found.windows, kPBegin, kPEnd);
  std::vector<Measured> measured;
  std::vector<double> sizes, widths, slopes;
  for (const Aligned& beat : found.beats) {
    measured.push_back(measure(part_of(beat.windows, kQrsBegin, kQrsEnd), leads.signals.size()));
    sizes.push_back(measured.back().size);
    widths.push_back(measured.back().width);
    slopes.push_back(std::log((measured.back().slope + kSlope_mv) / (measured.back().size + kSize_mv)));
  }
  const double size = median(sizes), width = median(widths), slope = median(slopes);
  for (const std::size_t place : source.places) {
    const Aligned& beat = found.beats[place];
    const std::vector<float> qrs = part_of(beat.windows, kQrsBegin, kQrsEnd);
    constexpr std::size_t length = kQrsEnd - kQrsBegin;
    double most = -1, least = 1;
    for (std::size_t l = 0; l < leads.signals.size(); ++l) {
      const double alike =
          correlation(std::span(qrs).subspan(l * length, length), std::span(usual).subspan(l * length, length), 1e-6);
      most = std::max(most, alike);
      least = std::min(least, alike);
    }
    const auto [p_alike, p_distance] = compare_p(beat.windows, usual_p);
    for (const double number : {beat.correlation, std::min(beat.distance, 20.0), most, least, widths[place],
                                widths[place] - width, std::log((sizes[place] + kSize_mv) / (size + kSize_mv)),
                                slopes[place] - slope, p_alike, std::log((p_distance + kP_mv) / (size + kSize_mv))}) {
      values.push_back(static_cast<float>(number));
    }
  }
}

}  // namespace beatbench::contexts
