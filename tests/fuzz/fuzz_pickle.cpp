// A pickle beside a storage of 64 bytes.
#include "archive/pickle_check.h"
#include "fuzz/scratch.h"

using namespace beatbench;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string pickle(data, data + size);
  return fuzz::value_or_error([&] {
    const auto size_of = [](const std::string& key) {
      return key == "0" ? std::optional<std::uint64_t>(64) : std::nullopt;
    };
    for (const std::string& name : archive::check_pickle(pickle, size_of, "x").classes) {
      fuzz::expect(name.starts_with("__torch__.") && name.find("torch.classes") == std::string::npos);
    }
  });
}
