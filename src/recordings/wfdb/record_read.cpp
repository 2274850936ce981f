#include <algorithm>
#include <map>
#include <optional>
#include <system_error>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "beatbench/recordings/wfdb/header.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "recordings/lead_choice.h"
#include "recordings/text_fields.h"
#include "recordings/wfdb/segments.h"
#include "recordings/wfdb/signal_file.h"
#include "recordings/wfdb/signal_read.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

class RecordReader {
 public:
  RecordReader(const fs::path& base, const ReadOptions& options) : options_(options), base_(base) {
    if (base_.extension() == ".hea") base_.replace_extension();
    header_path_ = base_.string() + ".hea";
    on_oddity_ = [this](const Error& error) {
      if (options_.strict) throw error;
      warn(error.what());
    };
    on_header_hash_ = [this](const std::string& hash) { add_hash("header", hash); };
  }

  Record read() {
    read_header();
    choose_leads();
    set_rates();
    if (options_.signals) read_signals();
    add_leads();  // whose scale is known once the segments are
    if (options_.annotator) read_annotations(base_.string() + "." + *options_.annotator);
    cut_annotations();
    record_.content_hash = content_hash(std::string_view(hashes_));
    return std::move(record_);
  }

 private:
  void read_header() {
    header_ = wfdb::read_header_file(header_path_, on_header_hash_, on_oddity_);
    frames_ = header_.length_samples;
    signals_ = &header_.signals;
    if (!header_.segments.empty()) {
      segmented_.emplace(header_, base_.parent_path(), header_path_, on_oddity_, on_header_hash_);
      frames_ = static_cast<std::int64_t>(segmented_->frames());
      signals_ = &segmented_->signals();
    }
  }

  SignalList signal_list() const { return {*signals_, header_.sampling_rate_hz, segmented_.has_value(), header_path_}; }

  void choose_leads() {
    const auto on_warning = [this](const std::string& line) { warn(line); };
    choice_ = options_.leads.empty() ? beatbench::choose_leads(signal_list(), on_warning, on_oddity_)
                                     : beatbench::choose_leads_by_name(signal_list(), options_.leads);
    if (options_.signals && options_.leads.empty() && !segmented_) leave_out_damaged_files();
  }

  // Of the files that hold none of the signals that the record is read for, any may be missing or too short.
  void leave_out_damaged_files() {
    std::map<std::string, std::vector<std::size_t>> by_file;
    for (const std::size_t i : choice_.signals) {
      if (has_samples(signal_list(), i)) by_file[(*signals_)[i].file_name].push_back(i);
    }
    for (const std::size_t i : choice_.leading) by_file.erase((*signals_)[i].file_name);
    for (const auto& [file, signals] : by_file) {
      std::vector<bool> in_file(signals_->size(), false);
      for (const std::size_t i : signals) in_file[i] = true;
      try {
        const auto files = wfdb::find_signal_files(header_, in_file, base_.parent_path(), header_path_);
        wfdb::frames_to_read(header_, files, header_path_);
      } catch (const Error& error) {
        tell_left_out(signal_list(), signals, error, on_oddity_);
        std::erase_if(choice_.signals, [&](std::size_t index) { return in_file[index]; });
      }
    }
  }

  void set_rates() {
    record_.id = header_.record_name;
    record_.subject = header_.record_name;
    record_.frame_rate_hz = header_.sampling_rate_hz;
    record_.sampling_rate_hz = header_.sampling_rate_hz * static_cast<double>(choice_.samples_per_frame);
    record_.start_s = static_cast<double>(options_.first_sample) / record_.sampling_rate_hz;
    record_.comments = header_.comments;
  }

  void add_leads() {
    for (const std::size_t index : choice_.signals) {
      const SignalSpec& signal = (*signals_)[index];
      Lead lead;
      lead.name = signal.description;
      lead.units = signal.units;
      lead.unit_is_assumed = signal.unit_is_assumed;
      lead.gain = signal.gain;
      lead.baseline = signal.baseline;
      lead.adc_zero = signal.adc_zero;
      lead.adc_resolution_bits = signal.adc_resolution_bits;
      if (!samples_.empty()) lead.samples = std::move(samples_[record_.leads.size()]);
      record_.leads.push_back(std::move(lead));
    }
  }

  void read_signals() {
    if (choice_.signals.empty()) return;
    const wfdb::SignalRequest request = request_in_frames();
    wfdb::SignalSamples read =
        segmented_ ? segmented_->read(request)
                   : wfdb::read_signals(header_, base_.parent_path(), header_path_, request, on_oddity_);
    frames_ = static_cast<std::int64_t>(read.record_frames);
    if (options_.first_sample / choice_.samples_per_frame == read.record_frames) check_first_sample(read.record_frames);
    for (const std::string& hash : read.content_hashes) add_hash("signals", hash);
    samples_ = std::move(read.samples);
    for (std::vector<std::int32_t>& samples : samples_) cut_to_samples(samples);
  }

  // A frame that begins where the record ends has no sample besides its first.
  void check_first_sample(std::uint64_t frames) const {
    if (options_.first_sample % choice_.samples_per_frame == 0) return;
    throw Error(ErrorKind::usage, header_path_,
                "samples from " + std::to_string(options_.first_sample) + " on are asked for; the record has " +
                    std::to_string(frames * choice_.samples_per_frame));
  }

  wfdb::SignalRequest request_in_frames() const {
    wfdb::SignalRequest request;
    request.signals = choice_.signals;
    request.samples_per_frame = choice_.samples_per_frame;
    request.first_frame = options_.first_sample / choice_.samples_per_frame;
    if (!options_.sample_count) return request;
    const std::uint64_t end = options_.first_sample + *options_.sample_count;
    if (end < options_.first_sample) {
      throw Error(ErrorKind::usage, header_path_, "the number of samples asked for is too large");
    }
    request.frames = end / choice_.samples_per_frame + (end % choice_.samples_per_frame != 0) - request.first_frame;
    return request;
  }

  // What a frame holds besides the samples asked for.
  void cut_to_samples(std::vector<std::int32_t>& samples) const {
    const auto before = static_cast<std::ptrdiff_t>(options_.first_sample % choice_.samples_per_frame);
    if (before > 0) samples.erase(samples.begin(), samples.begin() + before);
    if (options_.sample_count) samples.resize(static_cast<std::size_t>(*options_.sample_count));
  }

  void read_annotations(const fs::path& path) {
    std::error_code ignored;
    if (fs::status(path, ignored).type() == fs::file_type::not_found) {
      warn(path.string() + ": there is no such annotation file; the record is read without annotations");
      return;
    }
    check_ordinary_file(path);
    const auto bytes = read_binary_file(path);
    add_hash("annotations", content_hash(bytes));
    record_.annotations = annotations_of_record(record_, bytes, path.string(), on_oddity_);
    check_times(path.string());
  }

  void check_times(const std::string& where) {
    if (!frames_) return;
    const auto per_frame = static_cast<std::int64_t>(choice_.samples_per_frame);
    const auto is_past_end = [&](const Annotation& annotation) { return annotation.sample / per_frame >= *frames_; };
    const auto count = std::ranges::count_if(record_.annotations, is_past_end);
    if (count == 0) return;
    const auto first = std::ranges::find_if(record_.annotations, is_past_end);
    on_oddity_({ErrorKind::data, where,
                std::to_string(count) + " annotations lie past the record's end, the first at sample " +
                    std::to_string(first->sample) + "; allowed: 0 to " +
                    std::to_string(static_cast<std::uint64_t>(*frames_) * choice_.samples_per_frame - 1)});
  }

  // Times become those of the samples that are kept.
  void cut_annotations() {
    const auto first = static_cast<std::int64_t>(options_.first_sample);
    if (first == 0 && !options_.sample_count) return;
    for (Annotation& annotation : record_.annotations) annotation.sample -= first;
    std::erase_if(record_.annotations, [&](const Annotation& annotation) {
      if (annotation.sample < 0) return true;
      return options_.sample_count && static_cast<std::uint64_t>(annotation.sample) >= *options_.sample_count;
    });
  }

  void warn(const std::string& line) const {
    if (options_.on_warning) options_.on_warning(line);
  }

  void add_hash(const std::string& kind, const std::string& hash) { hashes_ += kind + " " + hash + "\n"; }

  const ReadOptions& options_;
  fs::path base_;
  std::string header_path_;
  OnOddity on_oddity_;
  wfdb::SegmentedRecord::OnHash on_header_hash_;
  Header header_;
  std::optional<wfdb::SegmentedRecord> segmented_;
  const std::vector<SignalSpec>* signals_ = nullptr;
  LeadChoice choice_;
  std::optional<std::int64_t> frames_;
  std::vector<std::vector<std::int32_t>> samples_;  // of the chosen signals
  Record record_;
  std::string hashes_;  // one line for each file read
};

}  // namespace

Record read_record(const fs::path& base, const ReadOptions& options) { return RecordReader(base, options).read(); }

}  // namespace beatbench
