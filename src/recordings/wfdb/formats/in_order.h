#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace beatbench::wfdb {

/// For formats in which samples share bytes: `decode` unpacks a number of samples in the order of the file, frame after
/// frame; here they come to the array of their signal.
template <typename Decode>
void decode_by_signal(std::span<const unsigned char> bytes, std::span<std::int32_t* const> signals, std::size_t frames,
                      Decode&& decode) {
  if (signals.size() == 1) return decode(bytes.data(), signals[0], frames);
  std::vector<std::int32_t> in_order(frames * signals.size());
  decode(bytes.data(), in_order.data(), in_order.size());
  for (std::size_t s = 0; s < signals.size(); ++s) {
    for (std::size_t f = 0; f < frames; ++f) signals[s][f] = in_order[f * signals.size() + s];
  }
}

/// The samples of signals of one length in the order of the file.
inline std::vector<std::int32_t> in_file_order(std::span<const std::span<const std::int32_t>> signals) {
  std::vector<std::int32_t> samples(signals.empty() ? 0 : signals.front().size() * signals.size());
  for (std::size_t s = 0; s < signals.size(); ++s) {
    for (std::size_t f = 0; f < signals[s].size(); ++f) samples[f * signals.size() + s] = signals[s][f];
  }
  return samples;
}

}  // namespace beatbench::wfdb
