#pragma once

#include <cstddef>
#include <vector>

namespace beatbench::detectors {

// Of values that are not empty and finite, the upper one of an even number. Their order is lost; `spare` is room that
// the next call can use again.
float median(std::vector<float>& values, std::vector<float>& spare);

// For each value the median of it and up to `reach` values on both sides.
std::vector<float> medians_around(const std::vector<float>& values, std::ptrdiff_t reach);

}  // namespace beatbench::detectors
