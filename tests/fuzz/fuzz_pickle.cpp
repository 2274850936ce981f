// A pickle beside a storage of 64 bytes.
#include "formats/torch_archive/pickle_check.h"
#include "fuzz/scratch.h"

using namespace beatbench;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const std::string pickle(data, data + size);
  return fuzz::value_or_error([&] {
    const auto size_of = [](const std::string& key) {
      return key == "0" ? std::optional<std::uint64_t>(64) : std::nullopt;
    };
    const archive::Classes classes = {{"__torch__.a.Net", {{"w", {"Tensor", {}}}, {"training", {"bool", {}}}}}};
    archive::PickleShare share(classes);
    const archive::Value value = archive::check_pickle(pickle, size_of, share, "x");
    fuzz::expect(value.kind != archive::Value::Kind::mark && value.kind != archive::Value::Kind::unbuilt);
    if (value.kind == archive::Value::Kind::object) fuzz::expect(value.content->depth > 1);
  });
}
