#include <algorithm>
#include <cctype>
#include <limits>
#include <numeric>
#include <utility>

#include "beatbench/recordings/wfdb/header.h"
#include "recordings/text_fields.h"

namespace beatbench {
namespace {

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

// For a field that no sample depends on: what is wrong with it is told, and it stays as it is.
template <typename Parse>
void pass_over_faults(const OnOddity& on_oddity, Parse&& parse) {
  try {
    parse();
  } catch (const Error& error) {
    tell(on_oddity, error);
  }
}

// For a field that its signal depends on. The first fault is kept.
template <typename Parse>
void keep_fault(const OnOddity& on_oddity, const LinePlace& place, std::optional<FieldFault>& fault, Parse&& parse) {
  try {
    parse();
  } catch (const Error& error) {
    if (!on_oddity) throw;
    if (!fault) fault = FieldFault{place.line, message_of(error)};
  }
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

void parse_rate(std::string_view word, const LinePlace& place, Header& header, const OnOddity& on_oddity) {
  const auto [rate, counter] = split_at(word, '/');
  header.sampling_rate_hz = require_number(rate, place, "sampling rate");
  if (header.sampling_rate_hz <= 0) place.fail("sampling rate", rate, "above 0 Hz");
  if (!counter) return;
  pass_over_faults(on_oddity, [&, counter = counter] {
    const auto [frequency, base] = split_parenthesis(*counter, place, "counter frequency");
    header.counter_frequency_hz = require_number(frequency, place, "counter frequency");
    if (base) header.counter_base = require_number(*base, place, "counter base");
  });
}

void parse_length(std::string_view word, const LinePlace& place, Header& header) {
  const std::int64_t length = parse_integer(word, place, "number of samples", 0, kInt64Max);
  if (length > 0) header.length_samples = length;
}

void check_line_end(std::string_view line, const LinePlace& place, const char* field, const OnOddity& on_oddity) {
  if (trimmed(line).empty()) return;
  pass_over_faults(on_oddity, [&] { place.fail(std::string("text after the ") + field, trimmed(line), "nothing"); });
}

// Returns the number of segments, 0 for an ordinary record.
int parse_record_line(std::string_view line, const LinePlace& place, Header& header, const OnOddity& on_oddity) {
  const auto [name, segments] = split_at(take_word(line), '/');
  if (name.empty()) place.fail("record name", name, "at least one character");
  header.record_name = name;
  header.signal_count = parse_int(take_word(line), place, "number of signals", 0, kMostSignals);
  const int segment_count = segments ? parse_int(*segments, place, "number of segments", 1, kMostSegments) : 0;
  if (const auto word = take_word(line); !word.empty()) parse_rate(word, place, header, on_oddity);
  if (const auto word = take_word(line); !word.empty()) {
    pass_over_faults(on_oddity, [&] { parse_length(word, place, header); });
  }
  header.time_text = take_word(line);
  header.date_text = take_word(line);
  check_line_end(line, place, "date", on_oddity);
  return segment_count;
}

// WFDB's names hold no blanks, but people's do: words up to one with an extension are the name if a format follows.
std::string_view take_file_name(std::string_view& line, const LinePlace& place, const OnOddity& on_oddity) {
  const auto begins_with_digit = [](std::string_view word) {
    return !word.empty() && std::isdigit(static_cast<unsigned char>(word.front())) != 0;
  };
  const std::string_view whole = trimmed(line);
  const std::string_view first = take_word(line);
  std::string_view rest = line, word = take_word(rest), last = first;
  for (; !word.empty() && !begins_with_digit(word); word = take_word(rest)) last = word;
  if (word.empty() || last == first || last.find('.') == std::string_view::npos) return first;
  const auto size = static_cast<std::size_t>(last.data() + last.size() - whole.data());
  const std::string_view name = whole.substr(0, size);
  pass_over_faults(on_oddity, [&] { place.fail("signal file's name", name, "a name without blanks"); });
  line = whole.substr(size);
  return name;
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
bool parse_gain(std::string_view word, const LinePlace& place, SignalSpec& signal, const OnOddity& on_oddity) {
  const auto [number, units] = split_at(word, '/');
  signal.unit_is_assumed = !units || units->empty();
  if (!signal.unit_is_assumed) signal.units = *units;
  const auto [gain, baseline] = split_parenthesis(number, place, "gain");
  signal.gain = require_number(gain, place, "gain");
  if (signal.gain == 0) signal.gain = kDefaultGain;
  if (baseline) signal.baseline = parse_int32(*baseline, place, "baseline");
  if (signal.gain < 0) {
    pass_over_faults(on_oddity, [&, gain = gain] {
      place.fail("gain", gain, "0 (unknown) or above, in ADC units per physical unit; it is kept, with its sign");
    });
  }
  return baseline.has_value();
}

void parse_resolution(std::string_view word, const LinePlace& place, SignalSpec& signal) {
  const int bits = parse_int(word, place, "ADC resolution");
  if (bits != 0) signal.adc_resolution_bits = bits;
}

SignalSpec parse_signal_line(std::string_view line, const LinePlace& place, const OnOddity& on_oddity) {
  SignalSpec signal;
  signal.file_name = take_file_name(line, place, on_oddity);
  const auto of_layout = [&](auto&& parse) { keep_fault(on_oddity, place, signal.layout_fault, parse); };
  const auto of_scale = [&](auto&& parse) { keep_fault(on_oddity, place, signal.scale_fault, parse); };
  const auto of_neither = [&](auto&& parse) { pass_over_faults(on_oddity, parse); };
  of_layout([&] { parse_format(take_word(line), place, signal); });
  signal.adc_resolution_bits = default_resolution_bits(signal.format);
  const bool has_differences = signal.format == 8;
  bool has_baseline = false;
  signal.unit_is_assumed = true;
  if (const auto word = take_word(line); !word.empty()) {
    of_scale([&] { has_baseline = parse_gain(word, place, signal, on_oddity); });
  }
  if (const auto word = take_word(line); !word.empty()) of_neither([&] { parse_resolution(word, place, signal); });
  if (const auto word = take_word(line); !word.empty()) {
    const auto parse = [&] { signal.adc_zero = parse_int32(word, place, "ADC zero"); };
    has_baseline && !has_differences ? of_neither(parse) : of_scale(parse);
  }
  if (!has_baseline) signal.baseline = signal.adc_zero;
  if (const auto word = take_word(line); !word.empty()) {
    const auto parse = [&] { signal.initial_value = parse_int32(word, place, "initial value"); };
    has_differences ? of_scale(parse) : of_neither(parse);
  }
  if (const auto word = take_word(line); !word.empty()) {
    of_neither(
        [&] { signal.checksum = static_cast<std::int16_t>(parse_integer(word, place, "checksum", -32768, 65535)); });
  }
  if (const auto word = take_word(line); !word.empty()) {
    of_neither([&] { signal.block_size = parse_int(word, place, "block size"); });
  }
  signal.description = trimmed(line);
  return signal;
}

SegmentSpec parse_segment_line(std::string_view line, const LinePlace& place, const OnOddity& on_oddity) {
  SegmentSpec segment;
  segment.name = take_word(line);
  segment.length_samples = parse_integer(take_word(line), place, "number of samples of the segment", 0, kInt64Max);
  check_line_end(line, place, "number of samples", on_oddity);
  return segment;
}

void add_signal(SignalSpec signal, Header& header) {
  if (signal.description.empty()) {
    signal.description = "record " + header.record_name + ", signal " + std::to_string(header.signals.size());
  }
  header.signals.push_back(std::move(signal));
}

// Which lines are right the record's length says, if it is that of the announced ones or that of all.
void check_segment_count(const std::string& where, Header& header, int announced, const OnOddity& on_oddity) {
  const auto wanted = static_cast<std::size_t>(announced);
  if (header.segments.size() == wanted) return;
  const Error error = wrong_count(where, "segment", header.segments.size(), announced);
  const auto length_of = [&](std::size_t count) {
    const auto end = header.segments.begin() + static_cast<std::ptrdiff_t>(count);
    return std::accumulate(header.segments.begin(), end, std::uint64_t{0}, [](std::uint64_t sum, const auto& segment) {
      return sum + static_cast<std::uint64_t>(segment.length_samples);
    });
  };
  const auto fits = [&](std::size_t count) {
    return header.length_samples && count > 0 && count <= header.segments.size() &&
           length_of(count) == static_cast<std::uint64_t>(*header.length_samples);
  };
  if (!fits(wanted) && !fits(header.segments.size())) throw error;
  tell(on_oddity, error);
  if (fits(wanted)) header.segments.resize(wanted);
}

}  // namespace

Header parse_header(std::string_view text, const std::string& where, const OnOddity& on_oddity) {
  Header header;
  std::optional<int> segment_count;  // known once the record line is read
  int line_number = 0;
  for (const std::string_view line : split_lines(text)) {
    const LinePlace place{where, ++line_number};
    if (line.find('\0') != std::string_view::npos) place.fail("has a NUL byte; a header is text");
    const std::string_view content = trimmed(line);
    if (content.empty()) continue;
    if (content.starts_with('#')) {
      header.comments.emplace_back(line.substr(line.find('#') + 1));
    } else if (!segment_count) {
      segment_count = parse_record_line(line, place, header, on_oddity);
    } else if (*segment_count > 0) {
      header.segments.push_back(parse_segment_line(line, place, on_oddity));
    } else {
      add_signal(parse_signal_line(line, place, on_oddity), header);
    }
  }
  if (!segment_count) throw Error(ErrorKind::data, where, "has no record line; the first line names the record");
  if (*segment_count > 0) {
    check_segment_count(where, header, *segment_count, on_oddity);
  } else if (!on_oddity && header.signals.size() != static_cast<std::size_t>(header.signal_count)) {
    throw wrong_count(where, "signal", header.signals.size(), header.signal_count);
  }
  return header;
}

}  // namespace beatbench
