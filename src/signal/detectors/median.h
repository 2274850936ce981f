#pragma once

#include <vector>

namespace beatbench::detectors {

// Of values that are not empty and finite, the upper one of an even number. Their order is lost; `spare` is room that
// the next call can use again.
float median(std::vector<float>& values, std::vector<float>& spare);

}  // namespace beatbench::detectors
