// Format 32, signal(5): "a 32-bit two's complement amplitude stored least significant byte first".
#include "recordings/wfdb/formats/formats.h"
#include "recordings/wfdb/formats/whole_bytes.h"

namespace beatbench::wfdb {
namespace {

struct Layout {
  static constexpr std::size_t bytes = 4;
  static constexpr std::int32_t missing = std::numeric_limits<std::int32_t>::min();
  static std::int32_t load(const unsigned char* in) {
    return static_cast<std::int32_t>(in[0] | in[1] << 8U | in[2] << 16U | static_cast<std::uint32_t>(in[3]) << 24U);
  }
  static void store(std::uint32_t bits, unsigned char* out) {
    out[0] = byte_of<0>(bits);
    out[1] = byte_of<1>(bits);
    out[2] = byte_of<2>(bits);
    out[3] = byte_of<3>(bits);
  }
};

}  // namespace

const SignalFormat kFormat32 = WholeBytes<Layout>::format(32, "32-bit two's complement, low byte first", 2147483647);

}  // namespace beatbench::wfdb
