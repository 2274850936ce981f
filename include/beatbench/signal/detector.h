#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace beatbench {

/// A way to find R peaks in one lead.
struct DetectorSpec {
  std::string_view name;
  std::string_view description;
  /// The sample of each R peak, ascending. The signal is in mV and holds no NaN; it may be empty.
  std::vector<std::int64_t> (*detect)(std::span<const float> signal_mv, double sampling_rate_hz);
};

std::span<const DetectorSpec> detector_registry();

/// @throws Error(usage) that lists the valid names.
const DetectorSpec& find_detector(std::string_view name);

/// The default: the first of the registry.
inline constexpr std::string_view kDefaultDetector = "bestpath";

/// The sample of each R peak (or the largest deflection of the QRS complex) in one lead, ascending, at the signal's
/// own rate and without delay. Gaps (NaN) are bridged by straight lines; no beat is reported inside of one.
/// @throws Error(usage) for an unknown detector or a rate outside of 50 to 10,000 Hz.
std::vector<std::int64_t> detect_beats(std::span<const float> signal_mv, double sampling_rate_hz,
                                       std::string_view detector = kDefaultDetector);

}  // namespace beatbench
