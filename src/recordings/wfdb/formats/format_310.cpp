// Formats 310 and 311, signal(5): three 10-bit two's complement amplitudes in four bytes.
// 310: "The first sample is obtained from the 11 least significant bits of the first byte pair (stored least
// significant byte first), with the low bit discarded. The second sample comes from the 11 least significant bits of
// the second byte pair, in the same way as the first. The third sample is formed from the 5 most significant bits of
// each of the first two byte pairs (those from the first byte pair are the least significant bits of the third
// sample)." The unused bits are zero. 311: "Each set of four bytes is stored in little-endian order. The first sample
// is obtained from the 10 least significant bits of the 32-bit integer, the second is obtained from the next 10 bits,
// the third from the next 10 bits, and the two most significant bits are unused", which are zero.
#include <array>

#include "beatbench/core/record.h"
#include "recordings/wfdb/formats/formats.h"
#include "recordings/wfdb/formats/in_order.h"

namespace beatbench::wfdb {
namespace {

constexpr std::int32_t kMissing = -512;
constexpr std::size_t kBlockBytes = 4;
constexpr std::size_t kBlockSamples = 3;

std::int32_t extend(std::uint32_t bits) {
  const std::int32_t value = static_cast<std::int32_t>(bits << 22U) >> 22;
  return value == kMissing ? kMissingSample : value;
}

struct Layout310 {
  static constexpr std::array<std::size_t, kBlockSamples> tail_bytes = {0, 2, 4};  // of 0, 1 and 2 last samples
  static std::uint32_t sample(std::uint32_t block, std::size_t index) {
    if (index == 0) return block >> 1U;
    if (index == 1) return block >> 17U;
    return (block >> 11U & 0x1FU) | (block >> 22U & 0x3E0U);
  }
  static std::uint32_t block(const std::array<std::uint32_t, kBlockSamples>& bits) {
    return bits[0] << 1U | (bits[2] & 0x1FU) << 11U | bits[1] << 17U | (bits[2] & 0x3E0U) << 22U;
  }
};

struct Layout311 {
  static constexpr std::array<std::size_t, kBlockSamples> tail_bytes = {0, 2, 3};
  static std::uint32_t sample(std::uint32_t block, std::size_t index) { return block >> (10U * index); }
  static std::uint32_t block(const std::array<std::uint32_t, kBlockSamples>& bits) {
    return bits[0] | bits[1] << 10U | bits[2] << 20U;
  }
};

std::uint32_t load(const unsigned char* bytes, std::size_t count) {
  std::uint32_t block = 0;
  for (std::size_t i = 0; i < count; ++i) block |= static_cast<std::uint32_t>(bytes[i]) << (8U * i);
  return block;
}

template <typename Layout>
struct TenBits {
  static std::uint64_t bytes_for(std::uint64_t samples) {
    return samples / kBlockSamples * kBlockBytes + Layout::tail_bytes[samples % kBlockSamples];
  }
  static std::uint64_t samples_in(std::uint64_t bytes) {
    const std::uint64_t rest = bytes % kBlockBytes;
    const std::uint64_t last = rest >= Layout::tail_bytes[2] ? 2 : rest >= Layout::tail_bytes[1] ? 1 : 0;
    return bytes / kBlockBytes * kBlockSamples + last;
  }

  static void decode_in_order(const unsigned char* bytes, std::int32_t* out, std::size_t samples) {
    const std::size_t blocks = samples / kBlockSamples;
    for (std::size_t i = 0; i < blocks; ++i) {
      const std::uint32_t block = load(bytes + i * kBlockBytes, kBlockBytes);
      for (std::size_t k = 0; k < kBlockSamples; ++k) out[i * kBlockSamples + k] = extend(Layout::sample(block, k));
    }
    const std::size_t last = samples % kBlockSamples;
    const std::uint32_t block = load(bytes + blocks * kBlockBytes, Layout::tail_bytes[last]);
    for (std::size_t k = 0; k < last; ++k) out[blocks * kBlockSamples + k] = extend(Layout::sample(block, k));
  }

  static void decode(std::span<const unsigned char> bytes, std::span<std::int32_t* const> signals, std::size_t frames) {
    decode_by_signal(bytes, signals, frames, decode_in_order);
  }

  // The last block is written whole, as other readers take it.
  static std::vector<unsigned char> encode(std::span<const std::span<const std::int32_t>> signals) {
    std::vector<std::int32_t> samples = in_file_order(signals);
    samples.resize((samples.size() + kBlockSamples - 1) / kBlockSamples * kBlockSamples);
    std::vector<unsigned char> bytes;
    bytes.reserve(samples.size() / kBlockSamples * kBlockBytes);
    for (std::size_t i = 0; i < samples.size(); i += kBlockSamples) {
      std::array<std::uint32_t, kBlockSamples> bits{};
      for (std::size_t k = 0; k < kBlockSamples; ++k) {
        const std::int32_t sample = samples[i + k];
        bits[k] = static_cast<std::uint32_t>(sample == kMissingSample ? kMissing : sample) & 0x3FFU;
      }
      const std::uint32_t block = Layout::block(bits);
      for (std::size_t k = 0; k < kBlockBytes; ++k)
        bytes.push_back(static_cast<unsigned char>(block >> 8U * k & 0xFFU));
    }
    return bytes;
  }

  static consteval SignalFormat format(int number, std::string_view description) {
    return {.number = number,
            .description = description,
            .minimum = -511,
            .maximum = 511,
            .missing = kMissing,
            .frame_multiple = kBlockSamples,
            .block_bytes = kBlockBytes,
            .bytes_for = bytes_for,
            .samples_in = samples_in,
            .decode = decode,
            .encode = encode};
  }
};

}  // namespace

const SignalFormat kFormat310 =
    TenBits<Layout310>::format(310, "three 10-bit two's complement samples in two byte pairs");
const SignalFormat kFormat311 =
    TenBits<Layout311>::format(311, "three 10-bit two's complement samples in the low 30 of 32 bits");

}  // namespace beatbench::wfdb
