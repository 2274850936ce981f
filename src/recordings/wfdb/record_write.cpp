#include <algorithm>
#include <system_error>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "beatbench/recordings/wfdb/header.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "beatbench/recordings/wfdb/signal_format.h"
#include "recordings/text_fields.h"
#include "recordings/wfdb/signal_file.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

// Removes the files it is told of, unless all of them were written.
class WrittenFiles {
 public:
  ~WrittenFiles() {
    std::error_code ignored;
    for (const fs::path& path : new_paths_) fs::remove(path, ignored);
  }

  void write(const fs::path& path, std::string_view content) {
    std::error_code ignored;
    const bool is_new = !fs::exists(path, ignored);
    write_file_atomically(path, content);
    if (is_new) new_paths_.push_back(path);
  }

  void keep() { new_paths_.clear(); }

 private:
  std::vector<fs::path> new_paths_;
};

std::string_view as_text(const std::vector<unsigned char>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

[[noreturn]] void fail(const Record& record, const std::string& message) {
  throw Error(ErrorKind::usage, "record " + quote(record.id), message);
}

// A name that becomes part of a file name.
void check_file_name(const Record& record, const char* what, const std::string& name) {
  if (fs::path(name).filename() == name && wfdb::is_inside_folder(name) && !name.empty()) return;
  fail(record, std::string("its ") + what + " is " + quote(name) + "; allowed: a name that a file can have");
}

void check_missing(const Record& record, const Lead& lead, const SignalFormat& format) {
  if (format.missing) return;
  const auto missing = std::ranges::find(lead.samples, kMissingSample);
  if (missing == lead.samples.end()) return;
  fail(record, "lead " + lead.name + " has no sample at " + std::to_string(missing - lead.samples.begin()) +
                   "; format " + std::to_string(format.number) + " has no value for that");
}

void check_samples(const Record& record, const Lead& lead, const SignalFormat& format) {
  if (lead.samples.size() != record.length_samples()) {
    fail(record, "lead " + lead.name + " has " + std::to_string(lead.samples.size()) + " samples, lead " +
                     record.leads.front().name + " has " + std::to_string(record.length_samples()) +
                     "; allowed: the same for all");
  }
  const auto wrong = std::ranges::find_if(lead.samples, [&](std::int32_t sample) {
    return sample != kMissingSample && (sample < format.minimum || sample > format.maximum);
  });
  if (wrong == lead.samples.end()) return check_missing(record, lead, format);
  fail(record, "lead " + lead.name + " has the value " + std::to_string(*wrong) + " at sample " +
                   std::to_string(wrong - lead.samples.begin()) + "; allowed in format " +
                   std::to_string(format.number) + ": " + std::to_string(format.minimum) + " to " +
                   std::to_string(format.maximum));
}

// Leads that share a file.
std::size_t leads_per_file(const Record& record, const SignalFormat& format) {
  return format.most_signals == 0 ? record.leads.size() : std::min(format.most_signals, record.leads.size());
}

std::string signal_file_name(const Record& record, std::size_t lead, const SignalFormat& format) {
  const std::size_t count = leads_per_file(record, format);
  if (count == record.leads.size()) return record.id + ".dat";
  return record.id + "_" + std::to_string(lead / count + 1) + ".dat";
}

SignalSpec signal_spec(const Record& record, std::size_t index, const SignalFormat& format) {
  const Lead& lead = record.leads[index];
  if (!(lead.gain > 0))
    fail(record, "lead " + lead.name + " has gain " + std::to_string(lead.gain) + "; allowed: above 0");
  SignalSpec signal;
  signal.file_name = signal_file_name(record, index, format);
  signal.format = format.number;
  signal.gain = lead.gain;
  signal.baseline = lead.baseline;
  signal.units = lead.units.empty() ? "mV" : lead.units;
  signal.unit_is_assumed = lead.units.empty() || lead.unit_is_assumed;
  signal.adc_resolution_bits = lead.adc_resolution_bits;
  signal.adc_zero = lead.adc_zero;
  const std::int32_t first = lead.samples.empty() ? lead.adc_zero : lead.samples.front();
  signal.initial_value = first == kMissingSample ? format.missing.value_or(first) : first;
  signal.checksum = signal_checksum(representable_samples(lead.samples, format), format);
  signal.description = lead.name;
  return signal;
}

std::string header_text(const Record& record, const SignalFormat& format) {
  if (!(record.sampling_rate_hz > 0)) {
    fail(record, "its sampling rate is " + number_text(record.sampling_rate_hz) + " Hz; allowed: above 0");
  }
  Header header;
  header.record_name = record.id;
  header.sampling_rate_hz = record.sampling_rate_hz;
  header.length_samples = static_cast<std::int64_t>(record.length_samples());
  header.comments = record.comments;
  for (std::size_t i = 0; i < record.leads.size(); ++i) header.signals.push_back(signal_spec(record, i, format));
  header.signal_count = static_cast<int>(header.signals.size());
  return format_header(header);
}

struct SignalFileContent {
  std::string name;
  std::vector<unsigned char> bytes;
};

std::vector<SignalFileContent> signal_files(const Record& record, const SignalFormat& format) {
  std::vector<std::span<const std::int32_t>> signals;
  for (const Lead& lead : record.leads) {
    check_samples(record, lead, format);
    signals.emplace_back(lead.samples);
  }
  std::vector<SignalFileContent> files;
  const std::size_t count = leads_per_file(record, format);
  for (std::size_t i = 0; i < signals.size(); i += count) {
    const auto together = std::span(signals).subspan(i, std::min(count, signals.size() - i));
    files.push_back({signal_file_name(record, i, format), format.encode(together)});
  }
  return files;
}

}  // namespace

void write_record(const Record& record, const fs::path& folder, int format_number, const std::string& annotator) {
  const SignalFormat& format = require_signal_format(format_number, "record " + quote(record.id));
  check_file_name(record, "id", record.id);
  if (!annotator.empty()) check_file_name(record, "annotator", annotator);
  const auto signals = signal_files(record, format);
  const auto annotations = format_annotations(record.annotations);
  const std::string header = header_text(record, format);

  const CreatedDirectory made(folder);
  WrittenFiles files;
  for (const SignalFileContent& file : signals) files.write(folder / file.name, as_text(file.bytes));
  if (!annotator.empty()) files.write(folder / (record.id + "." + annotator), as_text(annotations));
  files.write(folder / (record.id + ".hea"), header);
  files.keep();
}

}  // namespace beatbench
