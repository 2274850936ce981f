#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/annotation.h"
#include "beatbench/recordings/oddity.h"

namespace beatbench::wfdb {

/// A code that an annotation file gives a meaning of its own.
struct AnnotationDefinition {
  std::uint8_t code = 0;
  std::string symbol;
  std::string description;

  bool operator==(const AnnotationDefinition&) const = default;
};

/// What the notes at time 0, with which an annotation file may begin, say about the file itself.
struct AnnotationFileNotes {
  std::optional<double> time_resolution_hz;  ///< "## time resolution: 1000"
  /// Between "## annotation type definitions" and "## end of definitions", "42 w Wave of unknown origin": code, symbol,
  /// description.
  std::vector<AnnotationDefinition> definitions;
};

/// Takes the notes about the file itself out of the leading notes at time 0. A note of another form is an ordinary
/// note, as in the WFDB library. @throws Error(data) if a time resolution is not a number above 0.
AnnotationFileNotes take_notes(std::vector<Annotation>& annotations, const std::string& where);

/// Gives annotations of codes that their file defines the standard codes that are meant, see annotations_of_record.
/// @throws Error(unsupported) at `where`.
void apply_definitions(std::vector<Annotation>& annotations, std::span<const AnnotationDefinition> definitions,
                       const std::string& where, const OnOddity& on_oddity);

}  // namespace beatbench::wfdb
