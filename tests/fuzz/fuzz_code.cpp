// The source of a network's module.
#include "archive/code_check.h"
#include "fuzz/scratch.h"

using namespace beatbench;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string source(data, data + size);
  return fuzz::value_or_error([&] {
    for (const auto& [name, attributes] : archive::check_code({{"__torch__", source}}, "x")) {
      fuzz::expect(name.starts_with("__torch__.") && source.find("class ") != std::string::npos);
      fuzz::expect(source.find("__setstate__") == std::string::npos);
    }
  });
}
