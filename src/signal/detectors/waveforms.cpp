#include "signal/detectors/waveforms.h"

#include <algorithm>
#include <cmath>
#include <deque>

#include "signal/detectors/r_peak.h"

namespace beatbench::detectors {

std::vector<float> centred_mean(std::span<const float> signal, double samples) {
  if (signal.empty()) return {};
  const Sums sums(signal);
  std::vector<float> out(signal.size());
  for (std::size_t i = 0; i < out.size(); ++i) {
    const double time = static_cast<double>(i) + 0.5;
    out[i] = static_cast<float>(sums.mean(time - samples / 2, time + samples / 2));
  }
  return out;
}

std::vector<float> five_point_slope(std::span<const float> signal, double rate_hz) {
  const auto last = static_cast<std::int64_t>(signal.size()) - 1;
  const auto at = [&](std::int64_t i) {
    return signal[static_cast<std::size_t>(std::clamp<std::int64_t>(i, 0, last))];
  };
  std::vector<float> out(signal.size());
  for (std::int64_t i = 0; i <= last; ++i) {
    const float difference = 2 * (at(i + 2) - at(i - 2)) + at(i + 1) - at(i - 1);
    out[static_cast<std::size_t>(i)] = difference * static_cast<float>(rate_hz / 8);
  }
  return out;
}

std::vector<float> squared(std::span<const float> signal) {
  std::vector<float> out(signal.begin(), signal.end());
  for (float& value : out) value *= value;
  return out;
}

std::vector<float> running_max(std::span<const float> waveform, std::int64_t samples) {
  std::vector<float> out(waveform.size());
  std::deque<std::size_t> falling;  // samples of the window that no later one in it exceeds
  for (std::size_t i = 0; i < waveform.size(); ++i) {
    while (!falling.empty() && waveform[falling.back()] <= waveform[i]) falling.pop_back();
    falling.push_back(i);
    if (static_cast<std::int64_t>(i - falling.front()) >= samples) falling.pop_front();
    out[i] = waveform[falling.front()];
  }
  return out;
}

std::vector<std::int64_t> separated_peaks(std::span<const float> waveform, std::int64_t separation) {
  std::vector<bool> is_peak(waveform.size());
  std::vector<std::int64_t> falling;  // the samples so far that no later one exceeds
  for (std::size_t i = 0; i < waveform.size(); ++i) {
    const auto now = static_cast<std::int64_t>(i);
    for (; !falling.empty() && waveform[static_cast<std::size_t>(falling.back())] < waveform[i]; falling.pop_back()) {
      if (now - falling.back() <= separation) is_peak[static_cast<std::size_t>(falling.back())] = false;
    }
    is_peak[i] = waveform[i] > 0 && (falling.empty() || now - falling.back() > separation);
    falling.push_back(now);
  }
  std::vector<std::int64_t> peaks;
  for (std::size_t i = 0; i < is_peak.size(); ++i) {
    if (is_peak[i]) peaks.push_back(static_cast<std::int64_t>(i));
  }
  return peaks;
}

std::int64_t largest_near(std::span<const float> waveform, std::int64_t at, std::int64_t reach) {
  const std::int64_t first = std::max<std::int64_t>(0, at - reach);
  const std::int64_t end = std::min(static_cast<std::int64_t>(waveform.size()), at + reach + 1);
  const auto smaller = [](float a, float b) { return std::abs(a) < std::abs(b); };
  const auto begin = waveform.begin();
  return std::max_element(begin + first, begin + end, smaller) - begin;
}

}  // namespace beatbench::detectors
