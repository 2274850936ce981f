#include "recordings/wfdb/signal_read.h"

#include <sys/mman.h>

#include <algorithm>
#include <limits>
#include <span>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/record.h"
#include "recordings/text_fields.h"
#include "recordings/wfdb/sample_source.h"
#include "recordings/wfdb/signal_file.h"

namespace beatbench::wfdb {
namespace {

// Gets the memory behind a buffer that is about to be filled in one system call. Faulted in page by page, the 250 MB of
// mitdb take longer than everything else together. A refusal (an older kernel) does no harm.
void populate(std::vector<std::int32_t>& buffer) {
#ifdef MADV_POPULATE_WRITE
  constexpr std::uintptr_t page = 4096;                     // bytes; where pages are larger the call is refused
  constexpr std::size_t worthwhile = std::size_t{1} << 16;  // bytes
  const std::size_t size = buffer.capacity() * sizeof(std::int32_t);
  if (size < worthwhile) return;
  const auto start = reinterpret_cast<std::uintptr_t>(buffer.data());
  const std::uintptr_t from = start / page * page;
  ::madvise(reinterpret_cast<void*>(from), start + size - from, MADV_POPULATE_WRITE);
#else
  static_cast<void>(buffer);
#endif
}

// Frames of a file, counted from its first.
struct Stretch {
  std::uint64_t first = 0;
  std::uint64_t end = 0;
};

// What a file can be taken to hold before it is read: a FLAC stream may say anything of its length. An ECG takes a
// quarter of a byte for a sample at the least.
std::size_t plausible_samples(const SignalFile& file) {
  if (file.format->coding == SignalCoding::flac) return static_cast<std::size_t>(file.size_bytes) * 4;
  return std::numeric_limits<std::size_t>::max();
}

// One signal's samples within a stretch of the record, all that its frames hold. Each sample goes to memory once: a
// file is never held as a whole, and no buffer is zeroed before samples fill it. What bounds the speed is the fresh
// memory for the samples, so nothing else may take any.
class SignalCollector {
 public:
  SignalCollector(const StoredSignal& signal, const SignalFile& file, Stretch stretch)
      : signal_(signal),
        format_(*file.format),
        kept_{stretch.first + signal.skew_frames, stretch.end + signal.skew_frames},
        length_(static_cast<std::size_t>(stretch.end - stretch.first) * signal.samples_per_frame),
        summed_end_(stretch.end) {
    if (!signal.wanted) return;
    samples_.reserve(std::min(length_, plausible_samples(file)));
    populate(samples_);
  }

  const StoredSignal& signal() const { return signal_; }

  // `columns`: one for each sample of a frame, `frames` long, the first of them frame `position` of the file.
  void add(std::span<std::int32_t* const> columns, std::uint64_t position, std::size_t frames) {
    for (const std::int32_t* column : columns) add_to_sum(column, position, frames);
    const std::uint64_t from = std::max(position, kept_.first);
    const std::uint64_t to = std::min(position + frames, kept_.end);
    if (from >= to) return;
    const auto begin = static_cast<std::size_t>(from - position);
    const auto end = static_cast<std::size_t>(to - position);
    if (columns.size() == 1) {
      samples_.insert(samples_.end(), columns[0] + begin, columns[0] + end);
      return;
    }
    for (std::size_t f = begin; f < end; ++f) {
      for (const std::int32_t* column : columns) samples_.push_back(column[f]);
    }
  }

  std::int16_t checksum() const { return static_cast<std::int16_t>(sum_); }

  // A signal with skew ends before the others.
  std::vector<std::int32_t> finish() {
    samples_.resize(length_, kMissingSample);
    return std::move(samples_);
  }

 private:
  // A header's checksum holds for the record's number of frames from the file's first on, those that skew hides too.
  void add_to_sum(const std::int32_t* column, std::uint64_t position, std::size_t frames) {
    if (position >= summed_end_) return;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(frames, summed_end_ - position));
    sum_ += static_cast<std::uint16_t>(signal_checksum({column, count}, format_));
  }

  const StoredSignal& signal_;
  const SignalFormat& format_;
  Stretch kept_;
  std::size_t length_;
  std::uint64_t summed_end_;
  std::uint32_t sum_ = 0;
  std::vector<std::int32_t> samples_;
};

// What is read of one file.
class FileReader {
 public:
  FileReader(const SignalFile& file, Stretch stretch) : file_(file), stretch_(stretch) {
    for (const StoredSignal& signal : file.signals) collectors_.emplace_back(signal, file, stretch);
  }

  // Returns the hash of what was read.
  std::string read() {
    const std::uint64_t end = std::min(file_.frames(), stretch_.end + longest_skew());
    if (stretch_.first >= stretch_.end) return open_samples(file_, stretch_.first, stretch_.first)->content_hash();
    const auto source = open_samples(file_, stretch_.first, end);
    const std::size_t at_once = std::min<std::uint64_t>(chunk_frames(file_), end - source->start());
    std::vector<std::int32_t> chunk(at_once * file_.samples_per_frame);
    std::vector<std::int32_t*> columns;
    for (std::size_t i = 0; i < file_.samples_per_frame; ++i) columns.push_back(chunk.data() + i * at_once);
    for (std::uint64_t position = source->start(); position < end; position += at_once) {
      const auto now = static_cast<std::size_t>(std::min<std::uint64_t>(at_once, end - position));
      source->read(columns, now);
      add_chunk(columns, position, now);
    }
    return source->content_hash();
  }

  std::vector<SignalCollector>& collectors() { return collectors_; }

 private:
  std::uint64_t longest_skew() const {
    std::uint64_t longest = 0;
    for (const StoredSignal& signal : file_.signals) {
      if (signal.wanted) longest = std::max(longest, signal.skew_frames);
    }
    return longest;
  }

  void add_chunk(std::span<std::int32_t* const> columns, std::uint64_t position, std::size_t frames) {
    std::size_t column = 0;
    for (SignalCollector& collector : collectors_) {
      const std::size_t count = collector.signal().samples_per_frame;
      if (collector.signal().wanted) collector.add(columns.subspan(column, count), position, frames);
      column += count;
    }
  }

  const SignalFile& file_;
  Stretch stretch_;
  std::vector<SignalCollector> collectors_;
};

class SignalReader {
 public:
  SignalReader(const Header& header, const std::filesystem::path& folder, const std::string& where,
               const SignalRequest& request, const OnOddity& on_oddity)
      : header_(header), where_(where), request_(request), on_oddity_(on_oddity) {
    std::vector<bool> wanted(header.signals.size(), false);
    for (const std::size_t index : request.signals) wanted[index] = true;
    files_ = find_signal_files(header, wanted, folder, where);
    frames_ = frames_to_read(header, files_, where);
    stretch_ = {request.first_frame, request.frames ? request.first_frame + *request.frames : frames_};
    check_stretch();
    check_missing();
  }

  SignalSamples read() {
    SignalSamples result;
    result.record_frames = frames_;
    by_index_.resize(header_.signals.size());
    for (const SignalFile& file : files_) result.content_hashes.push_back(read_file(file));
    for (const std::size_t index : request_.signals) result.samples.push_back(samples_of(index));
    return result;
  }

 private:
  void check_stretch() const {
    if (stretch_.first <= stretch_.end && stretch_.end <= frames_) return;
    throw past_the_end(where_, request_, stretch_.end, frames_);
  }

  // No file bounds what a header says of a null signal.
  void check_missing() const {
    const auto is_null = [&](std::size_t index) { return is_null_signal(header_.signals[index]); };
    const auto count = static_cast<std::uint64_t>(std::ranges::count_if(request_.signals, is_null));
    const std::uint64_t frames = stretch_.end - stretch_.first;
    if (count == 0 || frames <= kMostMissingSamples / request_.samples_per_frame / count) return;
    throw Error(ErrorKind::data, where_,
                "has " + std::to_string(count) + " signals without a file for " + std::to_string(frames) +
                    " samples; allowed: " + std::to_string(kMostMissingSamples) + " missing samples in all");
  }

  std::string read_file(const SignalFile& file) {
    check_size(file);
    FileReader reader(file, stretch_);
    std::string hash = reader.read();
    for (SignalCollector& collector : reader.collectors()) {
      const StoredSignal& signal = collector.signal();
      if (!signal.wanted) continue;
      check_sum(header_.signals[signal.index], collector.checksum(), file);
      by_index_[signal.index] = collector.finish();
    }
    return hash;
  }

  void check_size(const SignalFile& file) const {
    if (file.format->coding == SignalCoding::flac) return;
    const std::uint64_t needed = file.bytes_for(frames_);
    if (file.size_bytes < needed + file.format->block_bytes || has_skew(file)) return;
    tell(on_oddity_, {ErrorKind::data, file.path.string(),
                      "has " + std::to_string(file.size_bytes) + " bytes; the " + std::to_string(frames_) +
                          " samples per signal that " + where_ + " asks for take " + std::to_string(needed)});
  }

  static bool has_skew(const SignalFile& file) {
    return std::ranges::any_of(file.signals, [](const StoredSignal& signal) { return signal.skew_frames > 0; });
  }

  void check_sum(const SignalSpec& signal, std::int16_t found, const SignalFile& file) const {
    // A header without a number of samples cannot know the sum: header(5).
    if (!signal.checksum || !header_.length_samples || *signal.checksum == found) return;
    if (stretch_.first != 0 || stretch_.end != frames_) return;
    tell(on_oddity_, {ErrorKind::data, file.path.string(),
                      "the checksum of signal " + quote(signal.description) + " is " + std::to_string(found) + "; " +
                          where_ + " says " + std::to_string(*signal.checksum)});
  }

  std::vector<std::int32_t> samples_of(std::size_t index) {
    if (!is_null_signal(header_.signals[index])) return std::move(by_index_[index]);
    const std::uint64_t length = (stretch_.end - stretch_.first) * request_.samples_per_frame;
    return std::vector<std::int32_t>(static_cast<std::size_t>(length), kMissingSample);
  }

  const Header& header_;
  const std::string& where_;
  const SignalRequest& request_;
  const OnOddity& on_oddity_;
  std::vector<SignalFile> files_;
  std::uint64_t frames_ = 0;
  Stretch stretch_;
  std::vector<std::vector<std::int32_t>> by_index_;
};

}  // namespace

SignalSamples read_signals(const Header& header, const std::filesystem::path& folder, const std::string& where,
                           const SignalRequest& request, const OnOddity& on_oddity) {
  return SignalReader(header, folder, where, request, on_oddity).read();
}

Error past_the_end(const std::string& where, const SignalRequest& request, std::uint64_t end_frame,
                   std::uint64_t frames) {
  const auto samples = [&](std::uint64_t count) { return std::to_string(count * request.samples_per_frame); };
  return {ErrorKind::usage, where,
          "samples " + samples(request.first_frame) + " up to " + samples(end_frame) +
              " are asked for; the record has " + samples(frames)};
}

}  // namespace beatbench::wfdb
