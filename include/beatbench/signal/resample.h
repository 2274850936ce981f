#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace beatbench {

/// Changes the sampling rate by the SoX resampler (libsoxr, very high quality, linear phase, no delay): sample i of
/// the output is at the time i / to_hz. The output has round(n * to_hz / from_hz) samples.
/// @throws Error(usage) for a rate that is not 0.01 to 10,000,000 Hz, Error(data) if the new rate is more than a
/// hundred times the old one, Error(unsupported) if libsoxr refuses.
std::vector<float> resample(std::span<const float> signal, double from_hz, double to_hz);

/// The length that `resample` gives a signal of `length` samples.
std::int64_t resampled_length(std::int64_t length, double from_hz, double to_hz);

/// The sample nearest in time at another rate.
std::int64_t map_sample(std::int64_t sample, double from_hz, double to_hz);

}  // namespace beatbench
