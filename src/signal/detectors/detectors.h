#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace beatbench::detectors {

std::vector<std::int64_t> bestpath(std::span<const float> signal_mv, double sampling_rate_hz);

}  // namespace beatbench::detectors
