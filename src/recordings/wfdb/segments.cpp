#include "recordings/wfdb/segments.h"

#include <algorithm>
#include <cctype>
#include <cmath>
#include <iterator>
#include <limits>
#include <set>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/record.h"
#include "beatbench/core/text.h"
#include "recordings/text_fields.h"
#include "recordings/wfdb/signal_file.h"

namespace beatbench::wfdb {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNullSegment = "~";

// ADC units of one signal in those of another.
class Scale {
 public:
  Scale(const SignalSpec& from, const SignalSpec& to)
      : factor_(to.gain / from.gain),
        offset_(to.baseline - from.baseline * factor_),
        is_identity_(from.gain == to.gain && from.baseline == to.baseline) {}

  std::int32_t operator()(std::int32_t sample) const {
    if (is_identity_ || sample == kMissingSample) return sample;
    constexpr double largest = std::numeric_limits<std::int32_t>::max();
    return static_cast<std::int32_t>(std::clamp(std::round(sample * factor_ + offset_), -largest, largest));
  }

 private:
  double factor_;
  double offset_;
  bool is_identity_;
};

// A header without a description gets "record a, signal 0" for one.
bool is_unnamed(const SignalSpec& signal) {
  return signal.description.empty() ||
         (signal.description.starts_with("record ") && signal.description.find(", signal ") != std::string::npos);
}

bool is_named_alike(const SignalSpec& a, const SignalSpec& b) {
  return is_unnamed(a) || is_unnamed(b) || is_same_lead(a.description, b.description);
}

// "12:30:00.5", "25/04/1989"; the CinC Challenges have "05-Feb-2020", in front of the time.
bool is_time_or_date(std::string_view text) {
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  const auto is_letter = [](unsigned char c) { return std::isalpha(c) != 0; };
  const auto is_other = [&](unsigned char c) {
    return !is_digit(c) && !is_letter(c) && std::string_view(":/-.").find(static_cast<char>(c)) == text.npos;
  };
  const auto letters = std::ranges::count_if(text, is_letter);
  return !text.empty() && is_digit(text.front()) && is_digit(text.back()) && (letters == 0 || letters == 3) &&
         std::ranges::none_of(text, is_other);
}

// No program here uses them.
void check_base_time(const Header& header, const std::string& where, const OnOddity& on_oddity) {
  for (const std::string& text : {header.time_text, header.date_text}) {
    if (text.empty() || is_time_or_date(text)) continue;
    tell(on_oddity,
         {ErrorKind::data, where,
          "the base time or date is " + quote(text) + "; allowed: a time as 12:30:00, a date as 25/04/1989"});
  }
}

}  // namespace

Header read_header_file(const fs::path& path, const std::function<void(const std::string&)>& on_hash,
                        const OnOddity& on_oddity) {
  check_ordinary_file(path);
  const std::string text = read_text_file(path);
  on_hash(content_hash(std::string_view(text)));
  Header header = parse_header(to_utf8(text), path.string(), on_oddity);
  check_base_time(header, path.string(), on_oddity);
  settle_signal_count(header, path.parent_path(), path.string(), on_oddity);
  if (header.record_name == path.stem().string()) return header;
  throw Error(ErrorKind::data, path.string(),
              "names record " + quote(header.record_name) + "; expected " + quote(path.stem().string()) +
                  ", as the file is called");
}

SegmentedRecord::SegmentedRecord(const Header& header, const fs::path& folder, const std::string& where,
                                 const OnOddity& on_oddity, const OnHash& on_hash)
    : header_(header), folder_(folder), where_(where), on_oddity_(on_oddity), on_hash_(on_hash) {
  add_segments();
  find_signals();
}

void SegmentedRecord::add_segments() {
  for (const SegmentSpec& spec : header_.segments) {
    Segment segment{spec.name, frames_, static_cast<std::uint64_t>(spec.length_samples)};
    if (spec.name == header_.record_name) {
      throw Error(ErrorKind::data, where_, place_of(segment) + " is the record itself; allowed: other records");
    }
    if (spec.name != kNullSegment && !is_inside_folder(spec.name)) {
      throw Error(ErrorKind::data, where_, place_of(segment) + "; allowed: a record in the header's folder");
    }
    frames_ += segment.frames;
    if (frames_ > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
      throw Error(ErrorKind::data, where_, place_of(segment) + " brings the record to more than 2^63 samples");
    }
    segments_.push_back(std::move(segment));
  }
  if (header_.length_samples && static_cast<std::uint64_t>(*header_.length_samples) != frames_) {
    tell(on_oddity_, {ErrorKind::data, where_,
                      "the record line announces " + std::to_string(*header_.length_samples) +
                          " samples, but the segments have " + std::to_string(frames_)});
  }
}

void SegmentedRecord::find_signals() {
  has_layout_ = segments_.front().frames == 0 && segments_.front().name != kNullSegment;
  const auto first =
      std::ranges::find_if(segments_, [](const Segment& segment) { return segment.name != kNullSegment; });
  if (first == segments_.end()) {
    throw Error(ErrorKind::data, where_, "every segment is '~'; allowed: at least one that is a record");
  }
  signals_ = segment_header(*first).signals;
  if (signals_.size() == static_cast<std::size_t>(header_.signal_count)) return;
  tell(on_oddity_, {ErrorKind::data, where_,
                    "the record line announces " + std::to_string(header_.signal_count) + " signals; " +
                        place_of(*first) + " has " + std::to_string(signals_.size())});
}

const Header& SegmentedRecord::segment_header(const Segment& segment) {
  const fs::path path = folder_ / (segment.name + ".hea");
  auto found = headers_.find(segment.name);
  if (found == headers_.end())
    found = headers_.emplace(segment.name, read_header_file(path, on_hash_, on_oddity_)).first;
  const Header& header = found->second;
  const auto refuse = [&](const std::string& message) { throw Error(ErrorKind::data, path.string(), message); };
  if (!header.segments.empty()) {
    refuse("has " + std::to_string(header.segments.size()) + " segments, and is itself a segment of " + where_ +
           "; allowed: ordinary records as segments");
  }
  if (header.sampling_rate_hz != header_.sampling_rate_hz) {
    refuse("has a sampling rate of " + number_text(header.sampling_rate_hz) + " Hz; allowed: that of " + where_ + ", " +
           number_text(header_.sampling_rate_hz) + " Hz");
  }
  const bool is_layout = has_layout_ && &segment == &segments_.front();
  if (!is_layout && header.length_samples && static_cast<std::uint64_t>(*header.length_samples) != segment.frames) {
    refuse("has " + std::to_string(*header.length_samples) + " samples per signal; " + where_ + " says " +
           std::to_string(segment.frames));
  }
  return header;
}

const SegmentedRecord::Places& SegmentedRecord::places_in(const Segment& segment) {
  const Header& header = segment_header(segment);
  const auto known = places_.find(segment.name);
  if (known != places_.end()) return known->second;
  if (!has_layout_ && header.signals.size() != signals_.size()) {
    throw Error(ErrorKind::data, where_,
                place_of(segment) + " has " + std::to_string(header.signals.size()) + " signals, the first has " +
                    std::to_string(signals_.size()) + "; allowed: the same in all segments, or a layout segment");
  }
  Places places(signals_.size());
  for (std::size_t i = 0; i < header.signals.size(); ++i) {
    const std::size_t at = has_layout_ ? place_in_layout(header.signals[i], places) : i;
    if (at < signals_.size()) {
      places[at] = i;
    } else {
      tell(on_oddity_, {ErrorKind::data, where_,
                        place_of(segment) + " has a signal " + quote(header.signals[i].description) +
                            " that the layout segment does not list; it is left out"});
    }
  }
  return places_.emplace(segment.name, std::move(places)).first->second;
}

// The first signal of that name that has no place yet, else one past the last.
std::size_t SegmentedRecord::place_in_layout(const SignalSpec& signal, const Places& places) const {
  std::size_t at = 0;
  while (at < signals_.size() && (places[at] || signals_[at].description != signal.description)) ++at;
  return at;
}

void SegmentedRecord::check_signal(const SignalSpec& signal, const SignalSpec& wanted, const Segment& segment) const {
  const auto refuse = [&](const std::string& what, const std::string& found, const std::string& allowed) {
    throw Error(ErrorKind::data, where_,
                "signal " + quote(signal.description) + " of " + place_of(segment) + " has " + what + " " + found +
                    "; allowed: that of the record's signal, " + allowed);
  };
  if (signal.scale_fault) throw fault_of(*signal.scale_fault, (folder_ / (segment.name + ".hea")).string());
  if (!is_named_alike(signal, wanted)) {
    throw Error(ErrorKind::data, where_,
                place_of(segment) + " has " + quote(signal.description) + " in the place of the record's " +
                    quote(wanted.description) + "; allowed: the same signals in all segments, or a layout segment");
  }
  if (signal.units != wanted.units) refuse("the unit", quote(signal.units), quote(wanted.units));
  if (signal.samples_per_frame == wanted.samples_per_frame || is_null_signal(signal)) return;
  refuse("a number of samples per frame of", std::to_string(signal.samples_per_frame),
         std::to_string(wanted.samples_per_frame));
}

// Samples are made up where nothing was recorded, and a segment may stand in the record again and again.
void SegmentedRecord::check_size(const SignalRequest& request, std::uint64_t frames) {
  std::set<std::string> seen;
  std::uint64_t allowed = kMostMissingSamples / request.samples_per_frame;
  for (const Segment& segment : segments_) {
    const std::uint64_t from = std::max(request.first_frame, segment.start);
    const std::uint64_t to = std::min(request.first_frame + frames, segment.start + segment.frames);
    if (from >= to) continue;
    const bool is_new = seen.insert(segment.name).second;
    const std::uint64_t width = is_new ? missing_signals(segment, request) : request.signals.size();
    if (width > 0 && to - from > allowed / width) {
      throw Error(ErrorKind::data, where_,
                  "with " + place_of(segment) + " of " + std::to_string(segment.frames) +
                      " samples, missing and repeated samples of " + std::to_string(request.signals.size()) +
                      " signals are too many; allowed: " + std::to_string(kMostMissingSamples) +
                      " at once (a part of the record can be read)");
    }
    allowed -= (to - from) * width;
  }
}

std::uint64_t SegmentedRecord::missing_signals(const Segment& segment, const SignalRequest& request) {
  if (segment.name == kNullSegment) return request.signals.size();
  const Header& header = segment_header(segment);
  const Places& places = places_in(segment);
  return static_cast<std::uint64_t>(std::ranges::count_if(request.signals, [&](std::size_t index) {
    return !places[index] || is_null_signal(header.signals[*places[index]]);
  }));
}

SignalSamples SegmentedRecord::read(const SignalRequest& request) {
  SignalSamples out;
  out.record_frames = frames_;
  const std::uint64_t frames = request.frames.value_or(frames_ - std::min(frames_, request.first_frame));
  if (request.first_frame > frames_ || frames > frames_ - request.first_frame) {
    throw past_the_end(where_, request, request.first_frame + frames, frames_);
  }
  check_size(request, frames);
  for (const Segment& segment : segments_) take_finest_scale(segment, request, frames);
  out.samples.resize(request.signals.size());
  for (const Segment& segment : segments_) read_segment(segment, request, frames, out);
  return out;
}

// A layout segment may state a gain that would round the samples of others. So much finer a one is taken that 16 bits
// fit, and a unit that one of the segments does not state is not stated.
void SegmentedRecord::take_finest_scale(const Segment& segment, const SignalRequest& request, std::uint64_t frames) {
  constexpr double finest = 1 << 15;
  const bool is_read =
      segment.start < request.first_frame + frames && request.first_frame < segment.start + segment.frames;
  if (segment.name == kNullSegment || !is_read) return;
  const Header& header = segment_header(segment);
  const Places& places = places_in(segment);
  for (const std::size_t index : request.signals) {
    if (!places[index] || is_null_signal(header.signals[*places[index]])) continue;
    const SignalSpec& found = header.signals[*places[index]];
    SignalSpec& signal = signals_[index];
    check_signal(found, signal, segment);
    signal.unit_is_assumed = signal.unit_is_assumed || found.unit_is_assumed;
    const double times = std::abs(found.gain / signal.gain);
    if (!(times > 1 && times <= finest)) continue;
    signal.gain = found.gain;
    signal.baseline = found.baseline;
  }
}

void SegmentedRecord::read_segment(const Segment& segment, const SignalRequest& request, std::uint64_t frames,
                                   SignalSamples& out) {
  const std::uint64_t from = std::max(request.first_frame, segment.start);
  const std::uint64_t to = std::min(request.first_frame + frames, segment.start + segment.frames);
  if (from >= to) return;
  SignalRequest part{{}, from - segment.start, to - from, request.samples_per_frame};
  std::vector<std::optional<Scale>> scales(signals_.size());
  if (segment.name != kNullSegment) {
    const Header& header = segment_header(segment);
    const Places& places = places_in(segment);
    for (const std::size_t index : request.signals) {
      if (!places[index]) continue;
      part.signals.push_back(*places[index]);
      scales[index].emplace(header.signals[*places[index]], signals_[index]);
    }
  }
  const SignalSamples samples = part.signals.empty() ? SignalSamples{} : read_signals_of(segment, part);
  const std::size_t length = static_cast<std::size_t>(to - from) * request.samples_per_frame;
  std::size_t next = 0;
  for (std::size_t i = 0; i < request.signals.size(); ++i) {
    const std::optional<Scale>& scale = scales[request.signals[i]];
    std::vector<std::int32_t>& target = out.samples[i];
    const auto end = static_cast<std::ptrdiff_t>(target.size());
    target.resize(target.size() + length, kMissingSample);
    if (scale) std::ranges::transform(samples.samples[next++], target.begin() + end, *scale);
  }
  std::ranges::copy(samples.content_hashes, std::back_inserter(out.content_hashes));
}

SignalSamples SegmentedRecord::read_signals_of(const Segment& segment, const SignalRequest& part) {
  const fs::path path = folder_ / (segment.name + ".hea");
  return read_signals(segment_header(segment), path.parent_path(), path.string(), part, on_oddity_);
}

std::string SegmentedRecord::place_of(const Segment& segment) const {
  return "the segment " + quote(segment.name) + " at sample " + std::to_string(segment.start);
}

}  // namespace beatbench::wfdb
