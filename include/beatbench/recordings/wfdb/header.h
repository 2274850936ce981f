#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/recordings/oddity.h"

namespace beatbench {

/// A field of a header's line that cannot be understood: what was found and what is allowed.
struct FieldFault {
  int line = 0;  ///< from 1
  std::string message;

  bool operator==(const FieldFault&) const = default;
};

/// One signal line of a WFDB header (the `.hea` file), as the header(5) page of the WFDB Applications Guide has it.
/// The values here are those that hold where the line leaves a field out.
struct SignalSpec {
  std::string file_name;         ///< beside the header; "~" for none
  int format = 16;               ///< see signal_format.h; 0 for a signal without samples
  int samples_per_frame = 1;     ///< 1 to 10,000
  int skew_samples = 0;          ///< >= 0
  std::int64_t byte_offset = 0;  ///< of the first sample in the file, >= 0
  double gain = 200.0;           ///< ADC units per physical unit, not 0; the default where it is 0
  std::int32_t baseline = 0;     ///< ADC value of 0 physical units; `adc_zero` where it is missing
  std::string units = "mV";
  bool unit_is_assumed = false;  ///< the line gives no unit; true where it has no gain either
  int adc_resolution_bits = 12;  ///< the default where it is 0 too: 12, 10 in formats 8, 310 and 311, 8 in 80 and 508
  std::int32_t adc_zero = 0;
  std::optional<std::int32_t> initial_value;  ///< first digital sample
  std::optional<std::int16_t> checksum;       ///< low 16 bits of the sum of all samples; "62138" is read as -3398
  int block_size = 0;
  std::string description;                 ///< the lead's name; "record R, signal N" (N from 0) where missing
  std::optional<FieldFault> layout_fault;  ///< of the format field: nothing of its file can be read
  std::optional<FieldFault> scale_fault;   ///< of a field that its amplitudes depend on: it cannot be read

  bool operator==(const SignalSpec&) const = default;
};

/// One segment line of a multi-segment header.
struct SegmentSpec {
  std::string name;                 ///< a record, or "~" where nothing was recorded
  std::int64_t length_samples = 0;  ///< 0 in the first segment: it only lays out the signals

  bool operator==(const SegmentSpec&) const = default;
};

/// The content of a WFDB header.
struct Header {
  std::string record_name;
  std::vector<SegmentSpec> segments;           ///< empty for an ordinary record
  std::vector<SignalSpec> signals;             ///< empty for a multi-segment record
  int signal_count = 0;                        ///< of the record line, see parse_header
  double sampling_rate_hz = 250.0;             ///< > 0
  std::optional<double> counter_frequency_hz;  ///< the sampling rate where missing
  double counter_base = 0.0;
  std::optional<std::int64_t> length_samples;  ///< per signal; missing where the header says 0 or nothing
  std::string time_text;                       ///< for example "12:30:00", as written
  std::string date_text;                       ///< for example "25/04/1989", as written
  std::vector<std::string> comments;           ///< lines that began with '#', without it

  bool operator==(const Header&) const = default;
};

/// Parses a header with LF or CRLF line ends, of at most 1,024 signals and 100,000 segments. `where` names it in
/// errors.
///
/// With `on_oddity`, fields that no sample depends on (ADC resolution, checksum, block size, counter, the number of
/// samples, which the signal files tell too, text after the last field) may be anything: they are left at their
/// defaults and told. So are negative gains, which are kept, and file names with blanks. Fields that a signal depends
/// on become its faults. More or fewer signal lines than the record line announces are kept, for a reader to compare
/// with the signal files. Segment lines that are not as many as announced are told where their lengths add up to the
/// record's.
/// @throws Error(data) with the line, what was found and what is allowed.
Header parse_header(std::string_view text, const std::string& where, const OnOddity& on_oddity = nullptr);

/// Writes every field of every line, with LF line ends: parse_header gives the same Header back.
/// @throws Error(usage) for a name, unit or comment that a header line cannot hold.
std::string format_header(const Header& header);

}  // namespace beatbench
