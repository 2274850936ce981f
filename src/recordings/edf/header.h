#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "recordings/edf/file.h"
#include "recordings/edf/warnings.h"

namespace beatbench::edf {

/// A number of the header; without a value where its text is none. A decimal comma is taken, unless it could stand
/// between thousands.
struct EdfNumber {
  std::string text;
  std::optional<double> value = {};

  bool has_comma() const { return text.find(',') != std::string::npos; }
  std::optional<std::int64_t> whole() const;
};

struct EdfSignal {
  std::size_t number = 0;  ///< in the file, from 1
  std::string label;       ///< in UTF-8, as is the dimension
  std::string dimension;
  EdfNumber physical_min, physical_max, digital_min, digital_max;
  std::uint64_t samples_per_record = 0;
  std::uint64_t offset = 0;  ///< of its bytes in a data record
  bool holds_annotations = false;

  std::string name() const { return "signal " + std::to_string(number) + " " + escaped(label); }
};

struct EdfHeader {
  std::size_t bytes_per_sample = 2;  ///< 3 in BDF
  bool has_pieces = false;           ///< EDF+D: there may be gaps between data records
  EdfNumber record_duration_s;
  std::uint64_t data_begin = 0;
  std::uint64_t record_bytes = 0;  ///< > 0
  std::uint64_t records = 0;       ///< > 0, all of them within the file
  std::vector<EdfSignal> signals;
};

/// "the FIELD of signal 2 'Temp' is 'TEXT'; allowed: ...", as errors and warnings say it.
std::string edf_field_text(const std::string& field, const EdfSignal& signal, const std::string& text,
                           const std::string& allowed);

/// Reads the header record. Where the places of samples are stated twice (number of signals, number of bytes in the
/// header, number of data records, size of the file), the statement that agrees with the others is taken.
/// @throws Error(data) naming a field without which no sample can be found.
EdfHeader read_edf_header(EdfFile& file, EdfWarnings& warnings);

}  // namespace beatbench::edf
