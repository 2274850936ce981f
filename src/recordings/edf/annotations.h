#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench::edf {

struct EdfNote {
  double at_s = 0;   ///< since the file's start time
  std::string text;  ///< in UTF-8
};

/// What the annotation signals of one data record hold.
struct EdfNotes {
  std::optional<double> record_begin_s;  ///< by the list that keeps the time
  std::vector<EdfNote> notes;
  std::vector<std::string> damaged;  ///< lists that could not be read, as far as they go
};

/// Adds the time-stamped annotation lists (TAL) of an annotation signal's part of a data record, which are (EDF+, 2.2):
/// onset, where known 0x15 and duration, 0x14, texts that 0x14 follows each, 0. The first list of a record's first
/// annotation signal begins with an empty text: it gives the time at which the record begins.
void add_edf_notes(std::string_view bytes, bool keeps_time, EdfNotes& out);

}  // namespace beatbench::edf
