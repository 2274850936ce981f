// A CSV recording; the first byte says what the caller knows of it.
#include "beatbench/recordings/csv/recording.h"
#include "fuzz/scratch.h"

using namespace beatbench;

namespace {

CsvOptions options_of(unsigned char byte) {
  CsvOptions options;
  if (byte & 1) options.sampling_rate_hz = 250;
  if (byte & 2) options.signals = {"MLII", "2"};
  if (byte & 4) options.time = byte & 8 ? "none" : "1";
  options.on_warning = [](const std::string& line) { fuzz::expect(!line.empty()); };
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const auto path = fuzz::put("x.csv", {data + 1, size - 1});
  return fuzz::value_or_error([&] {
    const Record record = read_csv_recording(path, options_of(data[0]));
    fuzz::expect(!record.leads.empty() && record.sampling_rate_hz > 0);
    for (const Lead& lead : record.leads) fuzz::expect(lead.samples.size() == record.length_samples());
  });
}
