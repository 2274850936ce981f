#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace beatbench::detectors {

// Waveforms that detectors make of a signal. None of them delays it: sample i of the result is about sample i of the
// signal. Time and memory are linear in the length, whatever the window.

// The mean over so many samples (fractions count), half of them on each side. Outside, the edge samples go on.
std::vector<float> centred_mean(std::span<const float> signal, double samples);

// Pan & Tompkins's derivative of five points, (2 x[i+2] + x[i+1] - x[i-1] - 2 x[i-2]) / 8, per second.
std::vector<float> five_point_slope(std::span<const float> signal, double rate_hz);

std::vector<float> squared(std::span<const float> signal);

// The largest value of the last so many samples, this one included.
std::vector<float> running_max(std::span<const float> waveform, std::int64_t samples);

// Samples above 0 that no sample within `separation` exceeds; of equal ones the first.
std::vector<std::int64_t> separated_peaks(std::span<const float> waveform, std::int64_t separation);

// The sample with the largest absolute value within `reach` of `at`.
std::int64_t largest_near(std::span<const float> waveform, std::int64_t at, std::int64_t reach);

}  // namespace beatbench::detectors
