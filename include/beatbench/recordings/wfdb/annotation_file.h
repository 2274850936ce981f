#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/annotation.h"
#include "beatbench/core/record.h"
#include "beatbench/recordings/oddity.h"

namespace beatbench {

/// Parses an annotation file in WFDB's own format (the annot(5) page of the WFDB Applications Guide): every escape
/// (SKIP, NUM, SUB, CHN, AUX). Notes about the file itself stay in the list, so that nothing is lost. A NUL that ends
/// an AUX text, as the publishers of mitdb have it, belongs to the text. `where` names the file in errors.
///
/// With `on_oddity` these are told, once for each kind, and read: a missing closing zero word, a last entry that is cut
/// short, a few bytes after the closing word, an AUX text above 255 bytes, a SKIP with a datum; NUM, SUB and CHN
/// outside a byte, of which the lower eight bits are taken, as in the WFDB library; and, if they are few, codes above
/// 49 and negative times, which become null annotations (code 0), and escapes before the first annotation.
/// @throws Error(data) with the byte, what was found and what is allowed: an odd size, a word cut short, no closing
/// zero word, anything but zeros after it, a code outside 0..49, a field out of its range or without an annotation, a
/// negative time. With `on_oddity`: an empty file, a text, one of which most lies after the closing word, one with too
/// many entries that cannot be.
std::vector<Annotation> parse_annotations(std::span<const unsigned char> bytes, const std::string& where,
                                          const OnOddity& on_oddity = nullptr);

/// An annotation file's annotations as a program wants them, in the order of their times:
/// - in samples of `record`. A file without a time resolution of its own counts in the record's frames; times of others
///   are rounded, as the WFDB library does it.
/// - with WFDB's own codes. Where the file defines codes, they are taken by their description if it is that of a
///   standard code or a common name of one ("pvc", "lbbb"), else by their symbol; what was understood is told where it
///   changes a code. A code that WFDB does not use stays as it is where its definition is not understood.
/// - without the notes that say so, without null annotations, and with AUX texts without a NUL at their end.
/// @throws Error(data) as parse_annotations; Error(unsupported) for annotations of a standard code that the file
/// defines as something that is not understood, or that is one thing by its symbol and another by its description.
std::vector<Annotation> annotations_of_record(const Record& record, std::span<const unsigned char> bytes,
                                              const std::string& where, const OnOddity& on_oddity = nullptr);

/// The inverse of parse_annotations: the same annotations come back, in the same order (a step back in time takes a
/// SKIP). @throws Error(usage) naming the entry: a code above 49, a negative time, an AUX text above 255 bytes.
std::vector<unsigned char> format_annotations(std::span<const Annotation> annotations);

}  // namespace beatbench
