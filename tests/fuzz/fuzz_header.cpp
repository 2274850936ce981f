// A WFDB header: what is read is written and read again as it was.
#include <span>
#include <string_view>

#include "beatbench/recordings/wfdb/header.h"
#include "fuzz/scratch.h"

using namespace beatbench;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  fuzz::value_or_error([&] {
    parse_header({reinterpret_cast<const char*>(data), size}, "x.hea", [](const Error&) {});
  });
  return fuzz::value_or_error([&] {
    const Header header = parse_header({reinterpret_cast<const char*>(data), size}, "x.hea");
    fuzz::expect(parse_header(format_header(header), "x.hea") == header);
  });
}
