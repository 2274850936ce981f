#pragma once

#include "beatbench/core/record.h"
#include "beatbench/recordings/wfdb/signal_format.h"

namespace beatbench::wfdb {

/// Formats in which each sample has `Layout::bytes` bytes of its own. A Layout also has `missing`, the value that means
/// "no sample", `load`, which makes a sample of its bytes, and `store`, the inverse.
template <typename Layout>
struct WholeBytes {
  static std::uint64_t bytes_for(std::uint64_t samples) { return samples * Layout::bytes; }
  static std::uint64_t samples_in(std::uint64_t bytes) { return bytes / Layout::bytes; }

  static void decode(std::span<const unsigned char> bytes, std::span<std::int32_t* const> signals, std::size_t frames) {
    const std::size_t stride = signals.size() * Layout::bytes;
    for (std::size_t s = 0; s < signals.size(); ++s) {
      const unsigned char* in = bytes.data() + s * Layout::bytes;
      std::int32_t* out = signals[s];
      for (std::size_t f = 0; f < frames; ++f, in += stride) {
        const std::int32_t value = Layout::load(in);
        out[f] = value == Layout::missing ? kMissingSample : value;
      }
    }
  }

  static std::vector<unsigned char> encode(std::span<const std::span<const std::int32_t>> signals) {
    const std::size_t stride = signals.size() * Layout::bytes;
    std::vector<unsigned char> bytes(signals.empty() ? 0 : signals.front().size() * stride);
    for (std::size_t s = 0; s < signals.size(); ++s) {
      unsigned char* out = bytes.data() + s * Layout::bytes;
      for (const std::int32_t sample : signals[s]) {
        Layout::store(static_cast<std::uint32_t>(sample == kMissingSample ? Layout::missing : sample), out);
        out += stride;
      }
    }
    return bytes;
  }

  /// Every value but the missing one, which is the smallest, is a sample.
  static consteval SignalFormat format(int number, std::string_view description, std::int32_t maximum) {
    return {.number = number,
            .description = description,
            .minimum = -maximum,
            .maximum = maximum,
            .missing = Layout::missing,
            .frame_multiple = 1,
            .block_bytes = Layout::bytes,
            .bytes_for = bytes_for,
            .samples_in = samples_in,
            .decode = decode,
            .encode = encode};
  }
};

/// The lowest 8 bits, the 8 bits above them, and so on.
template <int index>
unsigned char byte_of(std::uint32_t bits) {
  return static_cast<unsigned char>(bits >> (8 * index) & 0xFFU);
}

}  // namespace beatbench::wfdb
