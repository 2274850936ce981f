#include "beatbench/signal/resample.h"

#include <soxr.h>

#include <cmath>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"

namespace beatbench {

std::vector<float> resample(std::span<const float> signal, double from_hz, double to_hz) {
  constexpr double lowest = 0.01, highest = 1e7;  // Hz; libsoxr does not return for rates far outside
  if (!(from_hz >= lowest && from_hz <= highest) || !(to_hz >= lowest && to_hz <= highest)) {
    throw Error(ErrorKind::usage, "resample", "rates must be 0.01 to 10,000,000 Hz");
  }
  constexpr double most_times = 100;  // or a header of a few bytes asks for gigabytes
  if (to_hz > most_times * from_hz) {
    throw Error(ErrorKind::data, "resample",
                "a signal at " + number_text(from_hz) + " Hz cannot be brought to " + number_text(to_hz) +
                    " Hz; allowed: from " + number_text(to_hz / most_times) + " Hz on");
  }
  if (from_hz == to_hz || signal.empty()) return {signal.begin(), signal.end()};
  // soxr takes the signal to be 0 outside. The line from the first to the last sample is left out while it works, or
  // an offset would ring at both ends by a fifth of its height.
  const double first = signal.front();
  const double slope = signal.size() > 1 ? (signal.back() - first) / static_cast<double>(signal.size() - 1) : 0.0;
  std::vector<float> in(signal.size());
  for (std::size_t i = 0; i < in.size(); ++i) {
    in[i] = static_cast<float>(signal[i] - first - slope * static_cast<double>(i));
  }
  std::vector<float> out(
      static_cast<std::size_t>(resampled_length(static_cast<std::int64_t>(in.size()), from_hz, to_hz)));
  const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
  if (out.empty()) return out;  // soxr needs room for a sample
  std::size_t done = 0;
  const soxr_error_t failed = soxr_oneshot(from_hz, to_hz, 1, in.data(), in.size(), nullptr, out.data(), out.size(),
                                           &done, nullptr, &quality, nullptr);
  if (failed) throw Error(ErrorKind::unsupported, "resample", failed);
  const float last = done > 0 ? out[done - 1] : 0.0F;  // the resampler may end a sample early
  for (std::size_t i = done; i < out.size(); ++i) out[i] = last;
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i] = static_cast<float>(out[i] + first + slope * static_cast<double>(i) * from_hz / to_hz);
  }
  return out;
}

std::int64_t resampled_length(std::int64_t length, double from_hz, double to_hz) {
  return std::llround(static_cast<double>(length) * to_hz / from_hz);
}

std::int64_t map_sample(std::int64_t sample, double from_hz, double to_hz) {
  return std::llround(static_cast<double>(sample) * to_hz / from_hz);
}

}  // namespace beatbench
