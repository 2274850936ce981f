// A signal file in the format BEATBENCH_FUZZ_FORMAT, laid out as the input's first bytes say.
#include <algorithm>
#include <cstring>

#include "beatbench/recordings/wfdb/signal_format.h"
#include "fuzz/scratch.h"
#include "fuzz/signal_layout.h"

using namespace beatbench;

namespace {

const SignalFormat& format() {
  static const SignalFormat& found = require_signal_format(BEATBENCH_FUZZ_FORMAT, "fuzz");
  return found;
}

// Samples that were decoded are encoded and decoded again as they were. Both get exactly the bytes that they ask for.
void decode_and_encode(std::span<const unsigned char> bytes, std::size_t signals) {
  const std::size_t frames = format().samples_in(bytes.size()) / signals / format().frame_multiple;
  const std::size_t length = frames * format().frame_multiple;
  const auto decode = [&](std::span<const unsigned char> from) {
    std::vector<std::vector<std::int32_t>> columns(signals, std::vector<std::int32_t>(length));
    std::vector<std::int32_t*> places;
    for (auto& column : columns) places.push_back(column.data());
    const std::vector<unsigned char> exact(
        from.begin(), from.begin() + static_cast<std::ptrdiff_t>(format().bytes_for(length * signals)));
    format().decode(exact, places, length);
    return columns;
  };
  if (length == 0) return;
  std::vector<std::vector<std::int32_t>> samples = decode(bytes);
  if (format().coding == SignalCoding::differences) {
    for (auto& column : samples) {
      std::int32_t before = 0;
      sum_differences(column, before);
      const std::vector<std::int32_t> held = representable_samples(column, format());
      fuzz::expect(representable_samples(held, format()) == held);
    }
    return;
  }
  std::vector<std::span<const std::int32_t>> columns(samples.begin(), samples.end());
  fuzz::expect(decode(format().encode(columns)) == samples);
}

Record read(const Header& header, std::span<const unsigned char> bytes, const ReadOptions& options) {
  const std::string text = format_header(header);
  fuzz::put("x.hea", {reinterpret_cast<const unsigned char*>(text.data()), text.size()});
  fuzz::put("x.dat", bytes);
  return read_record(fuzz::scratch_folder() / "x", options);
}

bool is_in_range(std::int32_t sample) {
  return sample == kMissingSample || (sample >= format().minimum && sample <= format().maximum);
}

// Whole records come back from a file of our own.
void write_and_read(const Record& record) {
  std::vector<std::span<const std::int32_t>> columns;
  for (const Lead& lead : record.leads) columns.emplace_back(lead.samples);
  Header header = fuzz::header_of({}, format().number);
  header.signals.resize(columns.size(), header.signals[0]);
  header.signal_count = static_cast<int>(columns.size());
  header.length_samples = static_cast<std::int64_t>(record.length_samples());
  for (SignalSpec& signal : header.signals) signal.checksum.reset();
  const Record back = read(header, format().encode(columns), {.strict = true, .annotator = std::nullopt});
  for (std::size_t i = 0; i < record.leads.size(); ++i) {
    fuzz::expect(back.leads.at(i).samples == record.leads[i].samples);
  }
}

void read_and_write(const Header& header, std::span<const unsigned char> bytes, const ReadOptions& options) {
  const Record record = read(header, bytes, options);
  const bool is_plain = format().coding != SignalCoding::differences && header.signals[0].samples_per_frame == 1;
  for (const Lead& lead : record.leads) {
    fuzz::expect(lead.samples.size() == record.length_samples());
    fuzz::expect(!is_plain || std::ranges::all_of(lead.samples, is_in_range));
  }
  if (is_plain && format().missing && record.length_samples() > 0) write_and_read(record);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  fuzz::SignalLayout layout;
  if (size < sizeof layout) return 0;
  std::memcpy(&layout, data, sizeof layout);
  const std::span<const unsigned char> bytes(data + sizeof layout, size - sizeof layout);
  const Header header = fuzz::header_of(layout, format().number);
  if (format().coding != SignalCoding::flac) decode_and_encode(bytes, header.signals.size());
  return fuzz::value_or_error([&] { read_and_write(header, bytes, fuzz::options_of(layout)); });
}
