#include "beatbench/core/record.h"
#include "wfdb/formats/formats.h"

namespace beatbench::wfdb {
namespace {

constexpr std::int32_t kMissing = -32768;

std::uint64_t bytes_for(std::uint64_t samples) { return samples * 2; }
std::uint64_t samples_in(std::uint64_t bytes) { return bytes / 2; }

void decode(std::span<const unsigned char> bytes, std::span<std::int32_t* const> signals, std::size_t frames) {
  const std::size_t stride = signals.size() * 2;  // bytes
  for (std::size_t s = 0; s < signals.size(); ++s) {
    const unsigned char* in = bytes.data() + s * 2;
    std::int32_t* out = signals[s];
    for (std::size_t f = 0; f < frames; ++f, in += stride) {
      const std::int32_t value = static_cast<std::int16_t>(in[0] | in[1] << 8);
      out[f] = value == kMissing ? kMissingSample : value;
    }
  }
}

std::vector<unsigned char> encode(std::span<const std::span<const std::int32_t>> signals) {
  const std::size_t frames = signals.empty() ? 0 : signals.front().size();
  std::vector<unsigned char> bytes;
  bytes.reserve(bytes_for(frames * signals.size()));
  for (std::size_t f = 0; f < frames; ++f) {
    for (const std::span<const std::int32_t> signal : signals) {
      const std::int32_t value = signal[f] == kMissingSample ? kMissing : signal[f];
      bytes.push_back(static_cast<unsigned char>(value & 0xFF));
      bytes.push_back(static_cast<unsigned char>(value >> 8 & 0xFF));
    }
  }
  return bytes;
}

}  // namespace

const SignalFormat kFormat16 = {.number = 16,
                                .description = "16-bit two's complement, low byte first",
                                .minimum = -32767,
                                .maximum = 32767,
                                .missing = kMissing,
                                .frame_multiple = 1,
                                .block_bytes = 2,
                                .bytes_for = bytes_for,
                                .samples_in = samples_in,
                                .decode = decode,
                                .encode = encode};

}  // namespace beatbench::wfdb
