// A ZIP archive, its entries' contents and what stands below its top folder.
#include <set>

#include "beatbench/core/text.h"
#include "beatbench/formats/torch_archive/check.h"
#include "formats/torch_archive/zip_file.h"
#include "fuzz/scratch.h"

using namespace beatbench;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  const auto path = fuzz::put("x.pt", {data, size});
  archive_entry(path, "extra/beatbench.json");
  return fuzz::value_or_error([&] {
    constexpr std::uint64_t most = 1 << 20;
    archive::ZipFile zip(path);
    std::set<std::string> names;
    std::uint64_t stored = 0;
    for (const archive::ZipEntry& entry : zip.entries()) {
      fuzz::expect(names.insert(lower_case(entry.name)).second);
      fuzz::expect(entry.offset <= size && entry.stored_size <= size - entry.offset);
      stored += entry.stored_size;
      if (entry.size <= most) fuzz::expect(zip.content(entry, most).size() == entry.size);
    }
    fuzz::expect(stored <= size);
  });
}
