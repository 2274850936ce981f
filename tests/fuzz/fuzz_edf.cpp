// An EDF or BDF file; the first byte says what is asked of it.
#include <cmath>
#include <cstdlib>

#include "beatbench/recordings/edf/recording.h"
#include "fuzz/scratch.h"

using namespace beatbench;

namespace {

EdfOptions options_of(unsigned char byte) {
  EdfOptions options;
  if (byte & 1) options.leads = {"II", "Resp"};
  if (byte & 2) options.first_sample = 3;
  if (byte & 4) options.sample_count = 5;
  options.on_warning = [](const std::string& line) { fuzz::expect(!line.empty()); };
  return options;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  if (size == 0) return 0;
  const auto path = fuzz::put("x.edf", {data + 1, size - 1});
  return fuzz::value_or_error([&] {
    const Record record = read_edf_recording(path, options_of(data[0]));
    fuzz::expect(!record.leads.empty() && record.sampling_rate_hz > 0);
    for (const Lead& lead : record.leads) {
      fuzz::expect(lead.samples.size() == record.length_samples() && lead.gain > 0 && std::isfinite(lead.gain));
      for (const std::int32_t sample : lead.samples) {
        fuzz::expect(sample == kMissingSample || std::abs(sample) <= 1 << 23);
      }
    }
    for (const Annotation& note : record.annotations) fuzz::expect(note.sample >= 0);
  });
}
