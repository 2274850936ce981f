#include <algorithm>
#include <optional>
#include <system_error>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/wfdb/annotation_file.h"
#include "beatbench/wfdb/header.h"
#include "beatbench/wfdb/record_io.h"
#include "wfdb/segments.h"
#include "wfdb/signal_file.h"
#include "wfdb/signal_read.h"
#include "wfdb/text_fields.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

class RecordReader {
 public:
  RecordReader(const fs::path& base, const ReadOptions& options) : options_(options), base_(base) {
    if (base_.extension() == ".hea") base_.replace_extension();
    header_path_ = base_.string() + ".hea";
    complain_ = [this](const std::string& where, const std::string& message) { complain(where, message); };
    on_header_hash_ = [this](const std::string& hash) { add_hash("header", hash); };
  }

  Record read() {
    read_header();
    choose_leads();
    add_leads();
    if (options_.signals) read_signals();
    if (options_.annotator) read_annotations(base_.string() + "." + *options_.annotator);
    cut_annotations();
    record_.content_hash = content_hash(std::string_view(hashes_));
    return std::move(record_);
  }

 private:
  void read_header() {
    header_ = wfdb::read_header_file(header_path_, on_header_hash_);
    frames_ = header_.length_samples;
    signals_ = &header_.signals;
    if (!header_.segments.empty()) {
      segmented_.emplace(header_, base_.parent_path(), header_path_, complain_, on_header_hash_);
      frames_ = static_cast<std::int64_t>(segmented_->frames());
      signals_ = &segmented_->signals();
    }
    if (options_.every_sample) samples_per_frame_ = most_samples_per_frame();
    record_.id = header_.record_name;
    record_.subject = header_.record_name;
    record_.sampling_rate_hz = header_.sampling_rate_hz * static_cast<double>(samples_per_frame_);
    record_.start_s = static_cast<double>(options_.first_sample) / record_.sampling_rate_hz;
    record_.comments = header_.comments;
  }

  std::size_t most_samples_per_frame() const {
    int most = 1;
    for (const SignalSpec& signal : *signals_) {
      if (segmented_ || !wfdb::is_null_signal(signal)) most = std::max(most, signal.samples_per_frame);
    }
    return static_cast<std::size_t>(most);
  }

  void choose_leads() {
    if (options_.leads.empty()) {
      for (std::size_t i = 0; i < signals_->size(); ++i) chosen_.push_back(i);
    }
    for (const std::string& name : options_.leads) {
      chosen_.push_back(index_of(name));
      if (std::ranges::count(chosen_, chosen_.back()) == 1) continue;
      throw Error(ErrorKind::usage, header_path_, "the lead " + wfdb::quote(name) + " is asked for twice");
    }
  }

  std::size_t index_of(const std::string& name) const {
    std::string names;
    for (std::size_t i = 0; i < signals_->size(); ++i) {
      const std::string& found = (*signals_)[i].description;
      if (lower_case(found) == lower_case(name)) return i;
      names += (names.empty() ? "" : ", ") + found;
    }
    const auto same = std::ranges::find_if(
        *signals_, [&](const SignalSpec& signal) { return is_same_lead(signal.description, name); });
    if (same != signals_->end()) return static_cast<std::size_t>(same - signals_->begin());
    throw Error(ErrorKind::unsupported, header_path_, "has no lead " + wfdb::quote(name) + "; it has: " + names);
  }

  void add_leads() {
    for (const std::size_t index : chosen_) {
      const SignalSpec& signal = (*signals_)[index];
      Lead lead;
      lead.name = signal.description;
      lead.units = signal.units;
      lead.unit_is_assumed = signal.unit_is_assumed;
      lead.gain = signal.gain;
      lead.baseline = signal.baseline;
      lead.adc_zero = signal.adc_zero;
      lead.adc_resolution_bits = signal.adc_resolution_bits;
      record_.leads.push_back(std::move(lead));
    }
  }

  void read_signals() {
    if (chosen_.empty()) return;
    const wfdb::SignalRequest request = request_in_frames();
    wfdb::SignalSamples read = segmented_
                                   ? segmented_->read(request)
                                   : wfdb::read_signals(header_, base_.parent_path(), header_path_, request, complain_);
    frames_ = static_cast<std::int64_t>(read.record_frames);
    if (options_.first_sample / samples_per_frame_ == read.record_frames) check_first_sample(read.record_frames);
    for (const std::string& hash : read.content_hashes) add_hash("signals", hash);
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      record_.leads[i].samples = std::move(read.samples[i]);
      cut_to_samples(record_.leads[i].samples);
    }
  }

  // A frame that begins where the record ends has no sample besides its first.
  void check_first_sample(std::uint64_t frames) const {
    if (options_.first_sample % samples_per_frame_ == 0) return;
    throw Error(ErrorKind::usage, header_path_,
                "samples from " + std::to_string(options_.first_sample) + " on are asked for; the record has " +
                    std::to_string(frames * samples_per_frame_));
  }

  wfdb::SignalRequest request_in_frames() const {
    wfdb::SignalRequest request;
    request.signals = chosen_;
    request.samples_per_frame = samples_per_frame_;
    request.first_frame = options_.first_sample / samples_per_frame_;
    if (!options_.sample_count) return request;
    const std::uint64_t end = options_.first_sample + *options_.sample_count;
    if (end < options_.first_sample) {
      throw Error(ErrorKind::usage, header_path_, "the number of samples asked for is too large");
    }
    request.frames = end / samples_per_frame_ + (end % samples_per_frame_ != 0) - request.first_frame;
    return request;
  }

  // What a frame holds besides the samples asked for.
  void cut_to_samples(std::vector<std::int32_t>& samples) const {
    const auto before = static_cast<std::ptrdiff_t>(options_.first_sample % samples_per_frame_);
    if (before > 0) samples.erase(samples.begin(), samples.begin() + before);
    if (options_.sample_count) samples.resize(static_cast<std::size_t>(*options_.sample_count));
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
    if (!frames_) return;
    const auto is_past_end = [&](const Annotation& annotation) { return annotation.sample >= *frames_; };
    const auto count = std::ranges::count_if(record_.annotations, is_past_end);
    if (count == 0) return;
    const auto first = std::ranges::find_if(record_.annotations, is_past_end);
    complain(where, std::to_string(count) + " annotations lie past the record's end, the first at sample " +
                        std::to_string(first->sample) + "; allowed: 0 to " + std::to_string(*frames_ - 1));
  }

  // Times become those of the samples that are kept.
  void cut_annotations() {
    const auto first = static_cast<std::int64_t>(options_.first_sample);
    for (Annotation& annotation : record_.annotations) {
      annotation.sample = annotation.sample * static_cast<std::int64_t>(samples_per_frame_) - first;
    }
    if (first == 0 && !options_.sample_count) return;
    std::erase_if(record_.annotations, [&](const Annotation& annotation) {
      if (annotation.sample < 0) return true;
      return options_.sample_count && static_cast<std::uint64_t>(annotation.sample) >= *options_.sample_count;
    });
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
  wfdb::Complain complain_;
  wfdb::SegmentedRecord::OnHash on_header_hash_;
  Header header_;
  std::optional<wfdb::SegmentedRecord> segmented_;
  const std::vector<SignalSpec>* signals_ = nullptr;
  std::vector<std::size_t> chosen_;
  std::size_t samples_per_frame_ = 1;  // of the record as it is returned
  std::optional<std::int64_t> frames_;
  Record record_;
  std::string hashes_;  // one line for each file read
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
