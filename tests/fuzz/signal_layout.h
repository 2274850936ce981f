#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "beatbench/recordings/wfdb/header.h"
#include "beatbench/recordings/wfdb/record_io.h"

namespace beatbench::fuzz {

/// How a signal file is laid out and what is asked of it: the first bytes of a signal target's input. The rest is the
/// file.
struct SignalLayout {
  static constexpr std::size_t kBytes = 12;
  std::uint8_t signals, samples_per_frame, skew, byte_offset, length, first_sample, sample_count, flags;
  std::uint8_t initial_value, checksum, spare_1, spare_2;
};
static_assert(sizeof(SignalLayout) == SignalLayout::kBytes);

inline constexpr std::uint8_t kLengthKnown = 1, kOneLead = 4, kRange = 8, kStrict = 16;

inline Header header_of(const SignalLayout& layout, int format) {
  Header header;
  header.record_name = "x";
  header.sampling_rate_hz = 360;
  if (layout.flags & kLengthKnown) header.length_samples = layout.length;
  header.signal_count = 1 + layout.signals % 4;
  for (int s = 0; s < header.signal_count; ++s) {
    SignalSpec signal;
    signal.file_name = "x.dat";
    signal.format = format;
    signal.samples_per_frame = 1 + (layout.samples_per_frame >> 2 * s & 3) % 3;
    signal.skew_samples = layout.skew >> 2 * s & 3;
    signal.byte_offset = layout.byte_offset % 16;
    signal.initial_value = static_cast<std::int8_t>(layout.initial_value);
    signal.checksum = static_cast<std::int8_t>(layout.checksum);
    signal.description = "lead" + std::to_string(s);
    header.signals.push_back(signal);
  }
  return header;
}

inline ReadOptions options_of(const SignalLayout& layout) {
  ReadOptions options;
  options.annotator.reset();
  options.strict = layout.flags & kStrict;
  if (layout.flags & kOneLead) options.leads = {"lead" + std::to_string(layout.spare_1 % 4)};
  if (layout.flags & kRange) {
    options.first_sample = layout.first_sample;
    options.sample_count = layout.sample_count;
  }
  return options;
}

}  // namespace beatbench::fuzz
