// Format 24, signal(5): "a 24-bit two's complement amplitude stored least significant byte first".
#include "recordings/wfdb/formats/formats.h"
#include "recordings/wfdb/formats/whole_bytes.h"

namespace beatbench::wfdb {
namespace {

struct Layout {
  static constexpr std::size_t bytes = 3;
  static constexpr std::int32_t missing = -8388608;
  static std::int32_t load(const unsigned char* in) {
    return static_cast<std::int32_t>(in[0] << 8U | in[1] << 16U | static_cast<std::uint32_t>(in[2]) << 24U) >> 8;
  }
  static void store(std::uint32_t bits, unsigned char* out) {
    out[0] = byte_of<0>(bits);
    out[1] = byte_of<1>(bits);
    out[2] = byte_of<2>(bits);
  }
};

}  // namespace

const SignalFormat kFormat24 = WholeBytes<Layout>::format(24, "24-bit two's complement, low byte first", 8388607);

}  // namespace beatbench::wfdb
