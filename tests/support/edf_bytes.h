#pragma once

#include <array>
#include <string>
#include <vector>

namespace beatbench::tests {

/// Samples as EDF (2 bytes) and BDF (3 bytes) hold them: two's complement, the low byte first.
inline std::string sample_bytes(const std::vector<int>& samples, int width = 2) {
  std::string bytes;
  for (const int sample : samples) {
    for (int k = 0; k < width; ++k) bytes += static_cast<char>(sample >> (8 * k) & 0xFF);
  }
  return bytes;
}

/// An EDF file put together field by field after the specification (edfplus.info/specs/edf.html), so that each of them
/// can be wrong.
struct EdfBytes {
  enum FileField { version, patient, recording, date, time, header_size, reserved, records, duration, signal_count };
  enum SignalField {
    label,
    transducer,
    dimension,
    physical_min,
    physical_max,
    digital_min,
    digital_max,
    prefiltering,
    samples,
    signal_reserved
  };

  struct Signal {
    std::array<std::string, 10> fields;
    std::vector<std::string> data = {};  ///< bytes of each data record; zeros where there are none
    std::size_t data_bytes = 0;          ///< in each data record
  };

  std::array<std::string, 10> fields = {
      "0", "X X X X", "Startdate 02-MAY-2021 X X X", "02.05.21", "12.00.00", "", "", "",
      "1", ""};  ///< "": what is right
  std::vector<Signal> signals = {};
  std::string after_header = {}, after_data = {};

  /// Adds a signal of these samples, as many to a data record.
  Signal& add(const std::string& label_text, const std::string& unit, const std::vector<int>& all, std::size_t record,
              int width = 2) {
    const std::string half = width == 2 ? "32768" : "8388608", below = width == 2 ? "32767" : "8388607";
    signals.push_back({{label_text, "", unit, "-" + half, below, "-" + half, below, "", std::to_string(record), ""}});
    Signal& signal = signals.back();
    signal.data_bytes = record * static_cast<std::size_t>(width);
    const std::string bytes = sample_bytes(all, width);
    for (std::size_t i = 0; i < bytes.size(); i += signal.data_bytes) {
      signal.data.push_back(bytes.substr(i, signal.data_bytes));
    }
    return signal;
  }

  /// Adds a signal of annotation lists, one text to a data record.
  Signal& add_annotations(const std::vector<std::string>& lists, std::size_t bytes = 60) {
    signals.push_back({{"EDF Annotations", "", "", "-1", "1", "-32768", "32767", "", std::to_string(bytes / 2), ""}});
    signals.back().data = lists;
    signals.back().data_bytes = bytes;
    return signals.back();
  }

  std::string bytes() const {
    constexpr std::array<std::size_t, 10> file_widths = {8, 80, 80, 8, 8, 8, 44, 8, 8, 4};
    constexpr std::array<std::size_t, 10> signal_widths = {16, 80, 8, 8, 8, 8, 8, 80, 8, 32};
    const std::size_t count = signals.empty() ? 0 : signals.front().data.size();
    std::array<std::string, 10> right = fields;
    if (right[header_size].empty()) right[header_size] = std::to_string(256 * (signals.size() + 1));
    if (right[records].empty()) right[records] = std::to_string(count);
    if (right[signal_count].empty()) right[signal_count] = std::to_string(signals.size());
    std::string text;
    const auto put = [&](std::string part, std::size_t width, char filling) {
      part.resize(width, filling);
      text += part;
    };
    for (std::size_t f = 0; f < right.size(); ++f) put(right[f], file_widths[f], ' ');
    for (std::size_t f = 0; f < signal_widths.size(); ++f) {
      for (const Signal& signal : signals) put(signal.fields[f], signal_widths[f], ' ');
    }
    text += after_header;
    for (std::size_t r = 0; r < count; ++r) {
      for (const Signal& s : signals) put(r < s.data.size() ? s.data[r] : "", s.data_bytes, '\0');
    }
    return text + after_data;
  }
};

/// "+1.5", then the texts: an annotation list. The list that keeps the time has a first text "".
inline std::string annotation_list(const std::string& onset, const std::vector<std::string>& texts) {
  std::string list = onset + '\x14';
  for (const std::string& text : texts) list += text + '\x14';
  return list + '\0';
}

}  // namespace beatbench::tests
