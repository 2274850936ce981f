// A record of several files. The input is what is asked of it (RecordRequest), then the files one after the other.
#include <cstring>
#include <string>
#include <string_view>

#include "beatbench/recordings/wfdb/record_io.h"
#include "fuzz/record_files.h"
#include "fuzz/scratch.h"

using namespace beatbench;

namespace {

ReadOptions options_of(const fuzz::RecordRequest& request) {
  ReadOptions options;
  options.strict = request.flags & 1;
  options.signals = !(request.flags & 2);
  if (request.flags & 4) options.first_sample = request.first_sample;
  if (request.flags & 8) options.sample_count = request.sample_count;
  if (request.flags & 16) options.sample_count = ~std::uint64_t{0};
  for (const auto& [bit, lead] : {std::pair{1, "I"}, {2, "II"}, {4, "I"}, {8, "?"}}) {
    if (request.leads & bit) options.leads.push_back(lead);
  }
  options.on_warning = [](const std::string& line) { fuzz::expect(!line.empty()); };
  return options;
}

void read(const ReadOptions& options) {
  const Record record = read_record(fuzz::scratch_folder() / "rec", options);
  for (const Lead& lead : record.leads) fuzz::expect(lead.samples.size() == record.length_samples());
  if (options.signals && options.sample_count && !record.leads.empty())
    fuzz::expect(record.length_samples() == *options.sample_count);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  fuzz::RecordRequest request;
  if (size < sizeof request) return 0;
  std::memcpy(&request, data, sizeof request);
  std::string_view rest(reinterpret_cast<const char*>(data) + sizeof request, size - sizeof request);
  for (const char* name : fuzz::kRecordFiles) {
    const std::string_view file = rest.substr(0, rest.find(fuzz::kFileSeparator));
    fuzz::put(name, {reinterpret_cast<const unsigned char*>(file.data()), file.size()});
    rest.remove_prefix(std::min(rest.size(), file.size() + fuzz::kFileSeparator.size()));
  }
  fuzz::value_or_error([] { read({}); });
  fuzz::value_or_error([&] { read(options_of(request)); });
  return fuzz::value_or_error([] { fuzz::expect(!read_record_list(fuzz::scratch_folder()).empty()); });
}
