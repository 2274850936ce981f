#include "signal/features/beat_shape.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "beatbench/signal/filter.h"
#include "beatbench/signal/prepare.h"
#include "beatbench/signal/resample.h"

namespace beatbench::features {
namespace {

constexpr double kRate_hz = 360;
constexpr int kStep = 4;  // samples at kRate_hz from one point to the next
constexpr int kBefore = 81;
constexpr int kLargestShift = 9, kLargestPShift = 2;
constexpr double kShiftCost = 0.002;  // of correlation, for each point: beats alike stay where they are
constexpr int kPasses = 3;

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

Leads two_leads(const FeatureSource& source) {
  const Record& record = source.record;
  Leads leads;
  const std::size_t first = find_lead(record, source.leads);
  leads.signals.push_back(prepared(record.leads[first], record.sampling_rate_hz));
  for (std::size_t i = 0; i < record.leads.size() && leads.signals.size() < 2; ++i) {
    const Lead& lead = record.leads[i];
    if (i != first && is_ecg_lead(lead)) leads.signals.push_back(prepared(lead, record.sampling_rate_hz));
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

Aligned align(const Leads& leads, std::int64_t beat, const std::vector<float>& beat_template) {
  const Windows here = cut(leads, beat);
  const double size = dot(beat_template, beat_template);
  Aligned best;
  double best_score = -2, nearest = std::numeric_limits<double>::infinity();
  int best_shift = 0;
  for (int shift = -kLargestShift; shift <= kLargestShift; ++shift) {
    const std::vector<float> qrs = part_of(here, kQrsBegin + shift, kQrsEnd + shift);
    const double alike = correlation(qrs, beat_template, 1e-6);
    nearest = std::min(nearest, distance(qrs, beat_template));
    best.correlation = std::max(best.correlation, alike);
    if (alike - kShiftCost * std::abs(shift) <= best_score) continue;
    best_score = alike - kShiftCost * std::abs(shift);
    best_shift = shift;
  }
  best.distance = nearest / std::sqrt(size + 1e-6);
  best.windows = best_shift == 0 ? here : cut(leads, beat + kStep * best_shift);
  return best;
}

}  // namespace

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

Windows median_beat(const std::vector<Aligned>& beats, std::span<const std::size_t> places) {
  Windows beat_template(beats.front().windows.size());
  std::vector<float> values;
  for (std::size_t l = 0; l < beat_template.size(); ++l) {
    for (std::size_t i = 0; i < kPoints; ++i) {
      values.clear();
      for (const std::size_t place : places) values.push_back(beats[place].windows[l][i]);
      const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
      std::ranges::nth_element(values, middle);
      beat_template[l][i] = *middle;
    }
  }
  return beat_template;
}

TemplateBeat find_template_beat(const FeatureSource& source) {
  const Leads leads = two_leads(source);
  TemplateBeat found;
  std::vector<std::size_t> places;
  for (std::size_t b = 0; b < leads.beats.size(); ++b) {
    found.beats.push_back({cut(leads, leads.beats[b])});
    places.push_back(b);
  }
  found.windows = median_beat(found.beats, places);
  for (int pass = 0; pass < kPasses; ++pass) {
    const std::vector<float> beat_template = part_of(found.windows, kQrsBegin, kQrsEnd);
    std::vector<double> correlations;
    for (std::size_t b = 0; b < found.beats.size(); ++b) {
      found.beats[b] = align(leads, leads.beats[b], beat_template);
      correlations.push_back(found.beats[b].correlation);
    }
    if (pass + 1 == kPasses) break;
    const double middle = median_or_zero(correlations);
    places.clear();
    for (std::size_t b = 0; b < correlations.size(); ++b) {
      if (correlations[b] >= middle) places.push_back(b);
    }
    found.windows = median_beat(found.beats, places);
  }
  return found;
}

PLikeness compare_p(const Windows& windows, const std::vector<float>& other) {
  PLikeness found{-1, std::numeric_limits<double>::infinity()};
  for (int shift = -kLargestPShift; shift <= kLargestPShift; ++shift) {
    const std::vector<float> stretch = part_of(windows, kPBegin + shift, kPEnd + shift);
    found.correlation = std::max(found.correlation, correlation(stretch, other, 1e-4));
    found.distance = std::min(found.distance, distance(stretch, other));
  }
  return found;
}

}  // namespace beatbench::features
