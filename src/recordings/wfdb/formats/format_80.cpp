// Format 80, signal(5): "an 8-bit amplitude in offset binary form (i.e., 128 must be subtracted from each unsigned byte
// to obtain a signed 8-bit amplitude)".
#include "recordings/wfdb/formats/formats.h"
#include "recordings/wfdb/formats/whole_bytes.h"

namespace beatbench::wfdb {
namespace {

struct Layout {
  static constexpr std::size_t bytes = 1;
  static constexpr std::int32_t missing = -128;
  static std::int32_t load(const unsigned char* in) { return in[0] - 128; }
  static void store(std::uint32_t bits, unsigned char* out) { out[0] = byte_of<0>(bits + 128); }
};

}  // namespace

const SignalFormat kFormat80 = WholeBytes<Layout>::format(80, "8-bit offset binary", 127);

}  // namespace beatbench::wfdb
