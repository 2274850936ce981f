// Formats 16, 61 and 160, signal(5). 16: "a 16-bit two's complement amplitude stored least significant byte first".
// 61: the same, "most significant byte first". 160: "a 16-bit amplitude in offset binary form (i.e., 32,768 must be
// subtracted from each unsigned byte pair)", "the least significant byte of each pair is first".
#include "recordings/wfdb/formats/formats.h"
#include "recordings/wfdb/formats/whole_bytes.h"

namespace beatbench::wfdb {
namespace {

constexpr std::int32_t kMissing = -32768;
constexpr std::int32_t kMaximum = 32767;

struct LowByteFirst {
  static constexpr std::size_t bytes = 2;
  static constexpr std::int32_t missing = kMissing;
  static std::int32_t load(const unsigned char* in) { return static_cast<std::int16_t>(in[0] | in[1] << 8); }
  static void store(std::uint32_t bits, unsigned char* out) {
    out[0] = byte_of<0>(bits);
    out[1] = byte_of<1>(bits);
  }
};

struct HighByteFirst {
  static constexpr std::size_t bytes = 2;
  static constexpr std::int32_t missing = kMissing;
  static std::int32_t load(const unsigned char* in) { return static_cast<std::int16_t>(in[1] | in[0] << 8); }
  static void store(std::uint32_t bits, unsigned char* out) {
    out[0] = byte_of<1>(bits);
    out[1] = byte_of<0>(bits);
  }
};

struct OffsetBinary {
  static constexpr std::size_t bytes = 2;
  static constexpr std::int32_t missing = kMissing;
  static constexpr std::int32_t offset = 32768;
  static std::int32_t load(const unsigned char* in) { return (in[0] | in[1] << 8) - offset; }
  static void store(std::uint32_t bits, unsigned char* out) { LowByteFirst::store(bits + offset, out); }
};

}  // namespace

const SignalFormat kFormat16 =
    WholeBytes<LowByteFirst>::format(16, "16-bit two's complement, low byte first", kMaximum);
const SignalFormat kFormat61 =
    WholeBytes<HighByteFirst>::format(61, "16-bit two's complement, high byte first", kMaximum);
const SignalFormat kFormat160 = WholeBytes<OffsetBinary>::format(160, "16-bit offset binary, low byte first", kMaximum);

}  // namespace beatbench::wfdb
