#include <limits>
#include <utility>

#include "beatbench/wfdb/header.h"
#include "wfdb/text_fields.h"

namespace beatbench {
namespace {

using wfdb::LinePlace;
using wfdb::parse_integer;
using wfdb::parse_number;
using wfdb::take_word;

constexpr std::int64_t kInt32Min = std::numeric_limits<std::int32_t>::min();
constexpr std::int64_t kInt32Max = std::numeric_limits<std::int32_t>::max();
constexpr std::int64_t kInt64Max = std::numeric_limits<std::int64_t>::max();

// header(5), "Signal specification lines".
constexpr double kDefaultGain = 200.0;  // ADC units per physical unit
constexpr int kDefaultResolutionBits = 12;

// What no recording comes near, so that a damaged header cannot ask for memory without end.
constexpr std::int64_t kMostSignals = 1024;
constexpr std::int64_t kMostSegments = 100'000;
constexpr std::int64_t kMostSamplesPerFrame = 10'000;

// "12 bits for amplitude-format signals, or 10 bits for difference-format signals (unless a lower value is specified by
// the format field)": header(5).
int default_resolution_bits(int format) {
  if (format == 80 || format == 508) return 8;
  if (format == 8 || format == 310 || format == 311) return 10;
  return kDefaultResolutionBits;
}

int parse_int(std::string_view text, const LinePlace& place, std::string_view field, std::int64_t smallest = 0,
              std::int64_t largest = kInt32Max) {
  return static_cast<int>(parse_integer(text, place, field, smallest, largest));
}

std::int32_t parse_int32(std::string_view text, const LinePlace& place, std::string_view field) {
  return static_cast<std::int32_t>(parse_integer(text, place, field, kInt32Min, kInt32Max));
}

// Takes `text` apart at the first `separator`: "100/3" gives "100" and "3". No second part if there is none.
std::pair<std::string_view, std::optional<std::string_view>> split_at(std::string_view text, char separator) {
  const std::size_t at = text.find(separator);
  if (at == std::string_view::npos) return {text, std::nullopt};
  return {text.substr(0, at), text.substr(at + 1)};
}

// "200(1024)" gives "200" and "1024".
std::pair<std::string_view, std::optional<std::string_view>> split_parenthesis(std::string_view text,
                                                                               const LinePlace& place,
                                                                               std::string_view field) {
  auto [before, inside] = split_at(text, '(');
  if (!inside) return {before, std::nullopt};
  if (!inside->ends_with(')')) place.fail(field, text, "a number, followed by another in ( ) at most");
  inside->remove_suffix(1);
  return {before, inside};
}

void parse_rate(std::string_view word, const LinePlace& place, Header& header) {
  const auto [rate, counter] = split_at(word, '/');
  header.sampling_rate_hz = parse_number(rate, place, "sampling rate");
  if (header.sampling_rate_hz <= 0) place.fail("sampling rate", rate, "above 0 Hz");
  if (!counter) return;
  const auto [frequency, base] = split_parenthesis(*counter, place, "counter frequency");
  header.counter_frequency_hz = parse_number(frequency, place, "counter frequency");
  if (base) header.counter_base = parse_number(*base, place, "counter base");
}

// Returns the number of segments, 0 for an ordinary record.
int parse_record_line(std::string_view line, const LinePlace& place, Header& header) {
  const auto [name, segments] = split_at(take_word(line), '/');
  if (name.empty()) place.fail("record name", name, "at least one character");
  header.record_name = name;
  header.signal_count = parse_int(take_word(line), place, "number of signals", 0, kMostSignals);
  const int segment_count = segments ? parse_int(*segments, place, "number of segments", 1, kMostSegments) : 0;
  if (const auto word = take_word(line); !word.empty()) parse_rate(word, place, header);
  if (const auto word = take_word(line); !word.empty()) {
    const std::int64_t length = parse_integer(word, place, "number of samples", 0, kInt64Max);
    if (length > 0) header.length_samples = length;
  }
  header.time_text = take_word(line);
  header.date_text = take_word(line);
  if (!trimmed(line).empty()) place.fail("text after the date", trimmed(line), "nothing");
  return segment_count;
}

// "212x2:3+24": format, samples per frame, skew, byte offset.
void parse_format(std::string_view word, const LinePlace& place, SignalSpec& signal) {
  const auto [before_offset, offset] = split_at(word, '+');
  const auto [before_skew, skew] = split_at(before_offset, ':');
  const auto [format, samples_per_frame] = split_at(before_skew, 'x');
  signal.format = parse_int(format, place, "signal format");
  if (samples_per_frame) {
    signal.samples_per_frame = parse_int(*samples_per_frame, place, "samples per frame", 1, kMostSamplesPerFrame);
  }
  if (skew) signal.skew_samples = parse_int(*skew, place, "skew");
  if (offset) signal.byte_offset = parse_integer(*offset, place, "byte offset", 0, kInt64Max);
}

// "1000.0(0)/mV": gain, baseline, units. Returns whether there is a baseline.
bool parse_gain(std::string_view word, const LinePlace& place, SignalSpec& signal) {
  const auto [number, units] = split_at(word, '/');
  const auto [gain, baseline] = split_parenthesis(number, place, "gain");
  signal.gain = parse_number(gain, place, "gain");
  if (signal.gain < 0) place.fail("gain", gain, "0 (unknown) or above, in ADC units per physical unit");
  if (signal.gain == 0) signal.gain = kDefaultGain;
  if (baseline) signal.baseline = parse_int32(*baseline, place, "baseline");
  signal.unit_is_assumed = !units || units->empty();
  if (!signal.unit_is_assumed) signal.units = *units;
  return baseline.has_value();
}

SignalSpec parse_signal_line(std::string_view line, const LinePlace& place) {
  SignalSpec signal;
  signal.file_name = take_word(line);
  parse_format(take_word(line), place, signal);
  signal.adc_resolution_bits = default_resolution_bits(signal.format);
  bool has_baseline = false;
  signal.unit_is_assumed = true;
  if (const auto word = take_word(line); !word.empty()) has_baseline = parse_gain(word, place, signal);
  if (const auto word = take_word(line); !word.empty()) {
    signal.adc_resolution_bits = parse_int(word, place, "ADC resolution");
    if (signal.adc_resolution_bits == 0) {
      signal.adc_resolution_bits = default_resolution_bits(signal.format);
    }
  }
  if (const auto word = take_word(line); !word.empty()) signal.adc_zero = parse_int32(word, place, "ADC zero");
  if (!has_baseline) signal.baseline = signal.adc_zero;
  if (const auto word = take_word(line); !word.empty()) {
    signal.initial_value = parse_int32(word, place, "initial value");
  }
  if (const auto word = take_word(line); !word.empty()) {
    signal.checksum = static_cast<std::int16_t>(parse_integer(word, place, "checksum", -32768, 65535));
  }
  if (const auto word = take_word(line); !word.empty()) signal.block_size = parse_int(word, place, "block size");
  signal.description = trimmed(line);
  return signal;
}

SegmentSpec parse_segment_line(std::string_view line, const LinePlace& place) {
  SegmentSpec segment;
  segment.name = take_word(line);
  segment.length_samples = parse_integer(take_word(line), place, "number of samples of the segment", 0, kInt64Max);
  if (!trimmed(line).empty()) place.fail("text after the number of samples", trimmed(line), "nothing");
  return segment;
}

void add_signal(SignalSpec signal, Header& header) {
  if (signal.description.empty()) {
    signal.description = "record " + header.record_name + ", signal " + std::to_string(header.signals.size());
  }
  header.signals.push_back(std::move(signal));
}

void check_count(const std::string& where, const std::string& kind, std::size_t found, int announced) {
  if (found == static_cast<std::size_t>(announced)) return;
  throw Error(ErrorKind::data, where,
              "the record line announces " + std::to_string(announced) + " " + kind + "s, but there are " +
                  std::to_string(found) + " " + kind + " lines");
}

}  // namespace

Header parse_header(std::string_view text, const std::string& where) {
  Header header;
  std::optional<int> segment_count;  // known once the record line is read
  int line_number = 0;
  for (const std::string_view line : split_lines(text)) {
    const LinePlace place{where, ++line_number};
    if (line.find('\0') != std::string_view::npos) place.fail("has a NUL byte; a header is text");
    if (line.starts_with('#')) {
      header.comments.emplace_back(line.substr(1));
    } else if (trimmed(line).empty()) {
      continue;
    } else if (!segment_count) {
      segment_count = parse_record_line(line, place, header);
    } else if (*segment_count > 0) {
      header.segments.push_back(parse_segment_line(line, place));
    } else {
      add_signal(parse_signal_line(line, place), header);
    }
  }
  if (!segment_count) throw Error(ErrorKind::data, where, "has no record line; the first line names the record");
  if (*segment_count > 0) {
    check_count(where, "segment", header.segments.size(), *segment_count);
  } else {
    check_count(where, "signal", header.signals.size(), header.signal_count);
  }
  return header;
}

}  // namespace beatbench
