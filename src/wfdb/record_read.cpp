#include <algorithm>
#include <cmath>
#include <system_error>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/wfdb/annotation_file.h"
#include "beatbench/wfdb/header.h"
#include "beatbench/wfdb/record_io.h"
#include "wfdb/signal_file.h"
#include "wfdb/text_fields.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

class RecordReader {
 public:
  RecordReader(const fs::path& base, const ReadOptions& options) : options_(options), base_(base) {
    if (base_.extension() == ".hea") base_.replace_extension();
    header_path_ = base_.string() + ".hea";
  }

  Record read() {
    read_header();
    add_leads();
    if (options_.signals) read_signals();
    if (options_.annotator) read_annotations(base_.string() + "." + *options_.annotator);
    record_.content_hash = content_hash(std::string_view(hashes_));
    return std::move(record_);
  }

 private:
  void read_header() {
    const std::string text = read_text_file(header_path_);
    add_hash("header", content_hash(std::string_view(text)));
    header_ = parse_header(text, header_path_);
    if (!header_.segments.empty()) {
      throw Error(ErrorKind::unsupported, header_path_,
                  "has " + std::to_string(header_.segments.size()) + " segments; supported: single-segment records");
    }
    if (header_.record_name != base_.filename().string()) {
      throw Error(ErrorKind::data, header_path_,
                  "names record " + wfdb::quote(header_.record_name) + "; expected " +
                      wfdb::quote(base_.filename().string()) + ", as the file is called");
    }
    record_.id = header_.record_name;
    record_.subject = header_.record_name;
    record_.sampling_rate_hz = header_.sampling_rate_hz;
    record_.comments = header_.comments;
  }

  void add_leads() {
    for (const SignalSpec& signal : header_.signals) {
      Lead lead;
      lead.name = signal.description;
      lead.units = signal.units;
      lead.gain = signal.gain;
      lead.baseline = signal.baseline;
      lead.adc_zero = signal.adc_zero;
      lead.adc_resolution_bits = signal.adc_resolution_bits;
      record_.leads.push_back(std::move(lead));
    }
    length_samples_ = header_.length_samples;
  }

  void read_signals() {
    const auto files = wfdb::find_signal_files(header_, base_.parent_path(), header_path_);
    const std::uint64_t frames = wfdb::frames_to_read(header_, files, header_path_);
    for (const wfdb::SignalFile& file : files) read_signal_file(file, frames);
    if (!files.empty()) length_samples_ = static_cast<std::int64_t>(frames);
  }

  void read_signal_file(const wfdb::SignalFile& file, std::uint64_t frames) {
    const std::uint64_t needed =
        static_cast<std::uint64_t>(file.byte_offset) + file.format->bytes_for(frames * file.signals.size());
    if (file.size_bytes >= needed + file.format->block_bytes) {
      complain(file.path.string(), "has " + std::to_string(file.size_bytes) + " bytes; the " + std::to_string(frames) +
                                       " samples per signal that " + header_path_ + " asks for take " +
                                       std::to_string(needed));
    }
    wfdb::SignalData data = wfdb::read_signal_file(file, frames);
    add_hash("signals", data.content_hash);
    for (std::size_t i = 0; i < file.signals.size(); ++i) {
      check_sum(header_.signals[file.signals[i]], data.checksums[i], file.path);
      record_.leads[file.signals[i]].samples = std::move(data.samples[i]);
    }
  }

  void check_sum(const SignalSpec& signal, std::int16_t found, const fs::path& path) {
    // A header without a number of samples cannot know the sum: header(5).
    if (!signal.checksum || !header_.length_samples || *signal.checksum == found) return;
    complain(path.string(), "the checksum of signal " + wfdb::quote(signal.description) + " is " +
                                std::to_string(found) + "; " + header_path_ + " says " +
                                std::to_string(*signal.checksum));
  }

  void read_annotations(const fs::path& path) {
    std::error_code ignored;
    if (fs::status(path, ignored).type() == fs::file_type::not_found) {
      warn(path.string() + ": there is no such annotation file; the record is read without annotations");
      return;
    }
    const auto bytes = read_binary_file(path);
    add_hash("annotations", content_hash(bytes));
    record_.annotations = annotations_at_rate(bytes, header_.sampling_rate_hz, path.string());
    check_times(path.string());
  }

  void check_times(const std::string& where) {
    if (!length_samples_) return;
    const auto is_past_end = [&](const Annotation& annotation) { return annotation.sample >= *length_samples_; };
    const auto count = std::ranges::count_if(record_.annotations, is_past_end);
    if (count == 0) return;
    const auto first = std::ranges::find_if(record_.annotations, is_past_end);
    complain(where, std::to_string(count) + " annotations lie past the record's end, the first at sample " +
                        std::to_string(first->sample) + "; allowed: 0 to " + std::to_string(*length_samples_ - 1));
  }

  void complain(const std::string& where, const std::string& message) const {
    if (options_.strict) throw Error(ErrorKind::data, where, message);
    warn(where + ": " + message);
  }

  void warn(const std::string& line) const {
    if (options_.on_warning) options_.on_warning(line);
  }

  void add_hash(const std::string& kind, const std::string& hash) { hashes_ += kind + " " + hash + "\n"; }

  const ReadOptions& options_;
  fs::path base_;
  std::string header_path_;
  Header header_;
  Record record_;
  std::string hashes_;  // one line for each file read
  std::optional<std::int64_t> length_samples_;
};

std::vector<std::string> listed_records(const fs::path& path) {
  const std::string text = read_text_file(path);
  std::vector<std::string> names;
  int line_number = 0;
  for (const std::string_view line : split_lines(text)) {
    const wfdb::LinePlace place{path.string(), ++line_number};
    const std::string_view name = trimmed(line);
    if (name.empty()) continue;
    if (!wfdb::is_inside_folder(name)) place.fail("record name", name, "a record in this folder");
    names.emplace_back(name);
  }
  return names;
}

std::vector<std::string> header_files(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".hea") names.push_back(entry.path().stem().string());
  }
  std::ranges::sort(names);
  return names;
}

}  // namespace

Record read_record(const fs::path& base, const ReadOptions& options) { return RecordReader(base, options).read(); }

std::vector<std::string> read_record_list(const fs::path& folder) {
  try {
    if (!fs::is_directory(folder)) throw Error(ErrorKind::io, folder.string(), "there is no such folder");
    const fs::path list = folder / "RECORDS";
    auto names = fs::exists(list) ? listed_records(list) : header_files(folder);
    if (names.empty()) {
      throw Error(ErrorKind::data, folder.string(),
                  fs::exists(list) ? "its RECORDS file lists no record" : "has neither a RECORDS file nor a .hea file");
    }
    return names;
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorKind::io, folder.string(), "cannot read: " + error.code().message());
  }
}

}  // namespace beatbench
