// The source of a network's module, beside that of a layer which it may call.
#include "formats/torch_archive/code_check.h"
#include "fuzz/scratch.h"
#include "support/torch_archive.h"

using namespace beatbench;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string source(data, data + size);
  return fuzz::value_or_error([&] {
    const auto classes = archive::check_code({{"__torch__", source}, {"__torch__.nn", tests::kLinear}}, "x");
    for (const auto& [name, attributes] : classes) fuzz::expect(name.starts_with("__torch__."));
    fuzz::expect(classes.contains("__torch__.nn.Linear"));
    fuzz::expect(classes.size() == 1 || source.find("class ") != std::string::npos);
    fuzz::expect(source.find("__setstate__") == std::string::npos);
  });
}
