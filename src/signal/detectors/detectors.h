#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace beatbench::detectors {

// Of all leads together; they are of one length. The R peaks are those of the first.
std::vector<std::int64_t> bestpath_in_leads(std::span<const std::span<const float>> leads_mv, double sampling_rate_hz);

// Each in the file of its name, which cites its paper.
std::vector<std::int64_t> bestpath(std::span<const float> signal_mv, double sampling_rate_hz);
std::vector<std::int64_t> pan_tompkins(std::span<const float> signal_mv, double sampling_rate_hz);
std::vector<std::int64_t> hamilton(std::span<const float> signal_mv, double sampling_rate_hz);
std::vector<std::int64_t> christov(std::span<const float> signal_mv, double sampling_rate_hz);
std::vector<std::int64_t> engelse_zeelenberg(std::span<const float> signal_mv, double sampling_rate_hz);
std::vector<std::int64_t> two_average(std::span<const float> signal_mv, double sampling_rate_hz);
std::vector<std::int64_t> swt(std::span<const float> signal_mv, double sampling_rate_hz);
std::vector<std::int64_t> matched_filter(std::span<const float> signal_mv, double sampling_rate_hz);
std::vector<std::int64_t> wqrs(std::span<const float> signal_mv, double sampling_rate_hz);

}  // namespace beatbench::detectors
