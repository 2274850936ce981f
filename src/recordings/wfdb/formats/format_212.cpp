// Format 212, signal(5): "Each sample is represented by a 12-bit two's complement amplitude. The first sample is
// obtained from the 12 least significant bits of the first byte pair (stored least significant byte first). The second
// sample is formed from the 4 remaining bits of the first byte pair (which are the 4 high bits of the 12-bit sample)
// and the next byte (which contains the remaining 8 bits of the second sample)."
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "beatbench/core/record.h"
#include "recordings/wfdb/formats/formats.h"
#include "recordings/wfdb/formats/in_order.h"

namespace beatbench::wfdb {
namespace {

constexpr std::int32_t kMissing = -2048;

std::uint64_t bytes_for(std::uint64_t samples) { return samples / 2 * 3 + samples % 2 * 2; }
std::uint64_t samples_in(std::uint64_t bytes) { return bytes / 3 * 2 + bytes % 3 / 2; }

// 12 bits of two's complement; written so that the compiler needs no branch.
std::int32_t extend(std::uint32_t bits) {
  const std::int32_t value = static_cast<std::int32_t>(bits << 20) >> 20;
  return value == kMissing ? kMissingSample : value;
}
// Of a block's three bytes, the first in the lowest bits.
std::int32_t first_of(std::uint32_t block) { return extend(block); }
std::int32_t second_of(std::uint32_t block) { return extend((block >> 16 & 0xFFU) | (block >> 4 & 0xF00U)); }

std::uint32_t load_3(const unsigned char* bytes) { return bytes[0] | bytes[1] << 8U | bytes[2] << 16U; }
std::uint32_t load_4(const unsigned char* bytes) { return load_3(bytes) | static_cast<std::uint32_t>(bytes[3]) << 24U; }

// Every block's first sample goes to `first`, its second to `second`, each `stride` elements apart. Gathering the
// blocks one by one and taking them apart in a second loop, which the compiler vectorises, is twice as fast as one
// loop.
template <std::size_t stride>
void decode_blocks(const unsigned char* bytes, std::int32_t* __restrict first, std::int32_t* __restrict second,
                   std::size_t blocks) {
  if (blocks == 0) return;
  const std::size_t last = blocks - 1;  // has no fourth byte behind it
  for (std::size_t i = 0; i < last; ++i) first[i * stride] = static_cast<std::int32_t>(load_4(bytes + i * 3));
  first[last * stride] = static_cast<std::int32_t>(load_3(bytes + last * 3));
  for (std::size_t i = 0; i < blocks; ++i) {
    const auto block = static_cast<std::uint32_t>(first[i * stride]);
    first[i * stride] = first_of(block);
    second[i * stride] = second_of(block);
  }
}

#if defined(__x86_64__)
// Eight blocks at a time; returns how many were decoded. The last ones are left to decode_blocks, because eight are
// read as 28 bytes.
[[gnu::target("avx2")]] std::size_t decode_with_avx2(const unsigned char* bytes, std::int32_t* first,
                                                     std::int32_t* second, std::size_t blocks) {
  const __m256i each_block = _mm256_setr_epi8(0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1,  //
                                              0, 1, 2, -1, 3, 4, 5, -1, 6, 7, 8, -1, 9, 10, 11, -1);
  const __m256i missing = _mm256_set1_epi32(kMissing), missing_sample = _mm256_set1_epi32(kMissingSample);
  const __m256i last_byte = _mm256_set1_epi32(0xFF0000), high_bits = _mm256_set1_epi32(0xF000);
  std::size_t i = 0;
  for (; i + 10 <= blocks; i += 8) {
    const auto* from = reinterpret_cast<const __m128i*>(bytes + 3 * i);
    const auto* middle = reinterpret_cast<const __m128i*>(bytes + 3 * i + 12);
    const __m256i both =
        _mm256_inserti128_si256(_mm256_castsi128_si256(_mm_loadu_si128(from)), _mm_loadu_si128(middle), 1);
    const __m256i block = _mm256_shuffle_epi8(both, each_block);
    __m256i a = _mm256_srai_epi32(_mm256_slli_epi32(block, 20), 20);
    __m256i b = _mm256_or_si256(_mm256_slli_epi32(_mm256_and_si256(block, last_byte), 4),
                                _mm256_slli_epi32(_mm256_and_si256(block, high_bits), 16));
    b = _mm256_srai_epi32(b, 20);
    const __m256i a_missing = _mm256_cmpeq_epi32(a, missing), b_missing = _mm256_cmpeq_epi32(b, missing);
    const __m256i any = _mm256_or_si256(a_missing, b_missing);
    if (_mm256_testz_si256(any, any) == 0) {  // rare
      a = _mm256_blendv_epi8(a, missing_sample, a_missing);
      b = _mm256_blendv_epi8(b, missing_sample, b_missing);
    }
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(first + i), a);
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(second + i), b);
  }
  return i;
}

bool has_avx2() {
  static const bool answer = __builtin_cpu_supports("avx2") != 0;
  return answer;
}
#else
std::size_t decode_with_avx2(const unsigned char*, std::int32_t*, std::int32_t*, std::size_t) { return 0; }
bool has_avx2() { return false; }
#endif

// Two signals, each by itself.
void decode_pairs(const unsigned char* bytes, std::int32_t* first, std::int32_t* second, std::size_t blocks) {
  const std::size_t done = has_avx2() ? decode_with_avx2(bytes, first, second, blocks) : 0;
  decode_blocks<1>(bytes + 3 * done, first + done, second + done, blocks - done);
}

void decode_in_order(const unsigned char* bytes, std::int32_t* out, std::size_t samples) {
  decode_blocks<2>(bytes, out, out + 1, samples / 2);
  if (samples % 2 != 0) {
    const unsigned char* end = bytes + samples / 2 * 3;
    out[samples - 1] = extend(end[0] | end[1] << 8U);
  }
}

void decode(std::span<const unsigned char> bytes, std::span<std::int32_t* const> signals, std::size_t frames) {
  if (signals.size() == 2) return decode_pairs(bytes.data(), signals[0], signals[1], frames);
  decode_by_signal(bytes, signals, frames, decode_in_order);
}

std::vector<unsigned char> encode(std::span<const std::span<const std::int32_t>> signals) {
  const std::size_t count = signals.size();
  const std::size_t samples = count == 0 ? 0 : signals.front().size() * count;
  const auto bits_of = [&](std::size_t i) {
    const std::int32_t value = signals[i % count][i / count];
    return static_cast<std::uint32_t>(value == kMissingSample ? kMissing : value) & 0xFFFU;
  };
  std::vector<unsigned char> bytes;
  bytes.reserve(bytes_for(samples));
  for (std::size_t i = 0; i < samples; i += 2) {
    const bool last_is_alone = i + 1 == samples;
    const std::uint32_t first = bits_of(i);
    const std::uint32_t second = last_is_alone ? 0 : bits_of(i + 1);
    bytes.push_back(static_cast<unsigned char>(first & 0xFFU));
    bytes.push_back(static_cast<unsigned char>(first >> 8 | second >> 8 << 4));
    if (!last_is_alone) bytes.push_back(static_cast<unsigned char>(second & 0xFFU));
  }
  return bytes;
}

}  // namespace

const SignalFormat kFormat212 = {.number = 212,
                                 .description = "two 12-bit two's complement samples in three bytes",
                                 .minimum = -2047,
                                 .maximum = 2047,
                                 .missing = kMissing,
                                 .frame_multiple = 2,
                                 .block_bytes = 3,
                                 .bytes_for = bytes_for,
                                 .samples_in = samples_in,
                                 .decode = decode,
                                 .encode = encode};

}  // namespace beatbench::wfdb
