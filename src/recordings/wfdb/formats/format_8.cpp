// Format 8, signal(5): "Each sample is represented as an 8-bit first difference; i.e., to get the value of sample n,
// sum the first n bytes of the sample data file together with the initial value from the header file." Differences are
// those of successive samples of the same signal. "First differences which cannot be represented in 8 bits are
// represented instead by the largest difference of the appropriate sign (-128 or +127), and subsequent differences are
// adjusted such that the correct amplitude is obtained as quickly as possible." No value means "no sample".
#include <algorithm>

#include "recordings/wfdb/formats/formats.h"

namespace beatbench::wfdb {
namespace {

constexpr std::int32_t kSmallest = -128;
constexpr std::int32_t kLargest = 127;

std::uint64_t bytes_for(std::uint64_t samples) { return samples; }
std::uint64_t samples_in(std::uint64_t bytes) { return bytes; }

// The differences as they are stored: who reads the file sums them up.
void decode(std::span<const unsigned char> bytes, std::span<std::int32_t* const> signals, std::size_t frames) {
  for (std::size_t s = 0; s < signals.size(); ++s) {
    for (std::size_t f = 0; f < frames; ++f) {
      signals[s][f] = static_cast<std::int8_t>(bytes[f * signals.size() + s]);
    }
  }
}

std::vector<unsigned char> encode(std::span<const std::span<const std::int32_t>> signals) {
  std::vector<unsigned char> bytes(signals.empty() ? 0 : signals.front().size() * signals.size());
  for (std::size_t s = 0; s < signals.size(); ++s) {
    std::int32_t before = signals[s].empty() ? 0 : signals[s].front();
    for (std::size_t f = 0; f < signals[s].size(); ++f) {
      const std::int32_t difference = std::clamp(signals[s][f] - before, kSmallest, kLargest);
      bytes[f * signals.size() + s] = static_cast<unsigned char>(difference & 0xFF);
      before += difference;
    }
  }
  return bytes;
}

}  // namespace

// The range of a sample is that of the checksum; a header's initial value may be any.
const SignalFormat kFormat8 = {.number = 8,
                               .description = "8-bit first differences",
                               .minimum = -32768,
                               .maximum = 32767,
                               .missing = std::nullopt,
                               .coding = SignalCoding::differences,
                               .frame_multiple = 1,
                               .block_bytes = 1,
                               .bytes_for = bytes_for,
                               .samples_in = samples_in,
                               .decode = decode,
                               .encode = encode};

}  // namespace beatbench::wfdb
