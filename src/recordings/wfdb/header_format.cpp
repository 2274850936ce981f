#include <array>
#include <charconv>

#include "beatbench/core/error.h"
#include "beatbench/recordings/wfdb/header.h"
#include "recordings/text_fields.h"

namespace beatbench {
namespace {

[[noreturn]] void fail(const Header& header, const std::string& message) {
  throw Error(ErrorKind::usage, "header of record " + quote(header.record_name), message);
}

// The shortest text that gives the same number back.
std::string shortest_text(double value) {
  std::array<char, 64> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

bool has_any_of(std::string_view text, std::string_view characters) {
  return text.find_first_of(characters) != std::string_view::npos;
}

// A field ends at a blank, a line at its line end.
const std::string& word(const Header& header, const char* field, const std::string& text) {
  using namespace std::string_view_literals;
  if (text.empty() || has_any_of(text, " \t\r\n\0"sv)) {
    fail(header, std::string("the ") + field + " is " + quote(text) + "; allowed: one or more characters, no blanks");
  }
  return text;
}

const std::string& rest_of_line(const Header& header, const char* field, const std::string& text) {
  using namespace std::string_view_literals;
  if (has_any_of(text, "\r\n\0"sv)) {
    fail(header, std::string("the ") + field + " is " + quote(text) + "; allowed: one line of text");
  }
  return text;
}

std::string record_line(const Header& header) {
  const std::string& name = word(header, "record name", header.record_name);
  if (name.starts_with('#') || has_any_of(name, "/")) fail(header, "a record name holds no '/' and no '#' in front");
  std::string line = name;
  if (!header.segments.empty()) line += "/" + std::to_string(header.segments.size());
  line += " " + std::to_string(header.segments.empty() ? header.signals.size()
                                                       : static_cast<std::size_t>(header.signal_count));
  line += " " + shortest_text(header.sampling_rate_hz);
  if (header.counter_frequency_hz) {
    line += "/" + shortest_text(*header.counter_frequency_hz) + "(" + shortest_text(header.counter_base) + ")";
  }
  line += " " + std::to_string(header.length_samples.value_or(0));
  if (!header.time_text.empty()) line += " " + word(header, "time", header.time_text);
  if (header.date_text.empty()) return line + "\n";
  if (header.time_text.empty()) fail(header, "has a date without a time");
  return line + " " + word(header, "date", header.date_text) + "\n";
}

std::string format_field(const SignalSpec& signal) {
  std::string text = std::to_string(signal.format);
  if (signal.samples_per_frame != 1) text += "x" + std::to_string(signal.samples_per_frame);
  if (signal.skew_samples != 0) text += ":" + std::to_string(signal.skew_samples);
  if (signal.byte_offset != 0) text += "+" + std::to_string(signal.byte_offset);
  return text;
}

std::string signal_line(const Header& header, std::size_t index) {
  const SignalSpec& signal = header.signals[index];
  const std::string& file_name = word(header, "file name", signal.file_name);
  if (file_name.starts_with('#')) fail(header, "a file name has no '#' in front");
  const bool leaves_out_unit = signal.unit_is_assumed && signal.units == SignalSpec().units;
  std::string line = file_name + " " + format_field(signal) + " " + shortest_text(signal.gain) + "(" +
                     std::to_string(signal.baseline) + ")" +
                     (leaves_out_unit ? "" : "/" + word(header, "unit", signal.units)) + " " +
                     std::to_string(signal.adc_resolution_bits) + " " + std::to_string(signal.adc_zero);
  const std::string unnamed = "record " + header.record_name + ", signal " + std::to_string(index);
  const bool named = !signal.description.empty() && signal.description != unnamed;
  if (!signal.initial_value && !signal.checksum && signal.block_size == 0 && !named) return line + "\n";
  if (!signal.initial_value || !signal.checksum) {
    fail(header,
         "signal " + std::to_string(index) + " lacks an initial value or a checksum; the fields after them need both");
  }
  line += " " + std::to_string(*signal.initial_value) + " " + std::to_string(*signal.checksum) + " " +
          std::to_string(signal.block_size);
  if (named) line += " " + rest_of_line(header, "description", signal.description);
  return line + "\n";
}

}  // namespace

std::string format_header(const Header& header) {
  std::string text = record_line(header);
  for (const SegmentSpec& segment : header.segments) {
    text += word(header, "segment name", segment.name) + " " + std::to_string(segment.length_samples) + "\n";
  }
  for (std::size_t i = 0; i < header.signals.size(); ++i) text += signal_line(header, i);
  for (const std::string& comment : header.comments) text += "#" + rest_of_line(header, "comment", comment) + "\n";
  return text;
}

}  // namespace beatbench
