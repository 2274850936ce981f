#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/annotation.h"

namespace beatbench {

/// A code that an annotation file gives a meaning of its own.
struct AnnotationDefinition {
  std::uint8_t code = 0;
  std::string symbol;
  std::string description;

  bool operator==(const AnnotationDefinition&) const = default;
};

/// What the notes at time 0, with which an annotation file may begin, say about the file itself.
struct AnnotationFileNotes {
  std::optional<double> time_resolution_hz;       ///< "## time resolution: 1000"
  std::vector<AnnotationDefinition> definitions;  ///< "42 w Wave of unknown origin": code, symbol, description
};

/// Parses an annotation file in WFDB's own format (the annot(5) page of the WFDB Applications Guide): every escape
/// (SKIP, NUM, SUB, CHN, AUX). Notes about the file itself stay in the list, so that nothing is lost. A NUL that ends
/// an AUX text, as the publishers of mitdb have it, belongs to the text. `where` names the file in errors.
/// @throws Error(data) with the byte, what was found and what is allowed: an odd size, a word cut short, no closing
/// zero word, anything but zeros after it, a code outside 0..49, a field out of its range or without an annotation, a
/// negative time.
std::vector<Annotation> parse_annotations(std::span<const unsigned char> bytes, const std::string& where);

/// Reads the leading notes at time 0. A note of another form is an ordinary note, as in the WFDB library.
/// @throws Error(data) if a time resolution is not a number above 0.
AnnotationFileNotes read_annotation_notes(std::span<const Annotation> annotations, const std::string& where);

/// An annotation file's annotations as a program wants them: at the recording's rate (rounded, as the WFDB library does
/// it, where the file has a time resolution of its own), without that note, without empty entries, and with AUX texts
/// without a NUL at their end. @throws Error(data) as parse_annotations.
std::vector<Annotation> annotations_at_rate(std::span<const unsigned char> bytes, double sampling_rate_hz,
                                            const std::string& where);

/// The inverse of parse_annotations: the same annotations come back, in the same order (a step back in time takes a
/// SKIP). @throws Error(usage) naming the entry: a code above 49, a negative time, an AUX text above 255 bytes.
std::vector<unsigned char> format_annotations(std::span<const Annotation> annotations);

}  // namespace beatbench
