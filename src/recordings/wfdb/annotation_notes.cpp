#include <algorithm>
#include <charconv>
#include <string_view>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "recordings/text_fields.h"
#include "recordings/wfdb/annotation_definitions.h"
#include "recordings/wfdb/annotation_escapes.h"

namespace beatbench::wfdb {
namespace {

constexpr std::string_view kResolution = "## time resolution:";
constexpr std::string_view kDefinitions = "## annotation type definitions";
constexpr std::string_view kEndOfDefinitions = "## end of definitions";

// "42 w Wave of unknown origin"
std::optional<AnnotationDefinition> parse_definition(std::string_view text) {
  const std::string_view number = take_word(text);
  unsigned code = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), code);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  const std::string_view symbol = take_word(text);
  if (code < 1 || code > kLargestCode || symbol.empty()) return std::nullopt;
  return AnnotationDefinition{static_cast<std::uint8_t>(code), std::string(symbol), std::string(trimmed(text))};
}

double parse_resolution(std::string_view text, const std::string& where) {
  const std::optional<double> value = parse_number(text);
  if (value && *value > 0) return *value;
  throw Error(ErrorKind::data, where,
              "its note on the time resolution says " + quote(text) + "; allowed: a number above 0, in Hz");
}

// Takes the leading notes one after another.
class NoteReader {
 public:
  explicit NoteReader(const std::string& where) : where_(where) {}

  // False for a note that is not about the file.
  bool take(std::string_view text) {
    text = text.substr(0, text.find('\0'));
    if (text.starts_with(kResolution)) {
      notes_.time_resolution_hz = parse_resolution(trimmed(text.substr(kResolution.size())), where_);
      return true;
    }
    if (text.starts_with(kDefinitions) || text.starts_with(kEndOfDefinitions)) {
      defines_ = text.starts_with(kDefinitions);
      return true;
    }
    auto definition = defines_ ? parse_definition(text) : std::nullopt;
    if (!definition) return false;
    notes_.definitions.push_back(std::move(*definition));
    return true;
  }

  AnnotationFileNotes notes() && { return std::move(notes_); }

 private:
  const std::string& where_;
  bool defines_ = false;
  AnnotationFileNotes notes_;
};

bool is_leading_note(const Annotation& annotation) { return annotation.sample == 0 && annotation.code == codes::note; }

}  // namespace

AnnotationFileNotes take_notes(std::vector<Annotation>& annotations, const std::string& where) {
  NoteReader reader(where);
  const auto end = std::ranges::find_if_not(annotations, is_leading_note);
  const auto kept =
      std::remove_if(annotations.begin(), end, [&](const Annotation& note) { return reader.take(note.aux); });
  annotations.erase(kept, end);
  return std::move(reader).notes();
}

}  // namespace beatbench::wfdb
