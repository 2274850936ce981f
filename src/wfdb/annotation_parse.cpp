#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <string_view>

#include "beatbench/core/error.h"
#include "beatbench/wfdb/annotation_file.h"
#include "wfdb/annotation_escapes.h"
#include "wfdb/text_fields.h"

namespace beatbench {
namespace {

class AnnotationParser {
 public:
  AnnotationParser(std::span<const unsigned char> bytes, const std::string& where) : bytes_(bytes), where_(where) {}

  std::vector<Annotation> parse() {
    annotations_.reserve(bytes_.size() / 2);  // an annotation takes one word at least
    while (parse_entry()) {
    }
    check_rest();
    annotations_.shrink_to_fit();
    return std::move(annotations_);
  }

 private:
  // False at the closing zero word.
  bool parse_entry() {
    entry_ = at_;
    const std::uint32_t word = take_word();
    const std::uint32_t code = word >> wfdb::kDatumBits;
    const std::uint32_t datum = word & wfdb::kDatumMask;
    if (word == 0) return false;
    switch (code) {
      case wfdb::kSkip:
        skip(datum);
        break;
      case wfdb::kNumber:
        current("NUM").number = signed_datum("NUM", datum);
        break;
      case wfdb::kSubtype:
        current("SUB").subtype = signed_datum("SUB", datum);
        break;
      case wfdb::kChannel:
        current("CHN").channel = unsigned_datum("CHN", datum);
        break;
      case wfdb::kAux:
        current("AUX").aux = take_text(datum);
        break;
      default:
        add(code, datum);
    }
    return true;
  }

  void add(std::uint32_t code, std::uint32_t step) {
    if (code > wfdb::kLargestCode) {
      fail("has annotation code " + std::to_string(code) + "; allowed: 0 to 49, and the escapes 59 to 63");
    }
    time_ += step;
    if (time_ < 0) fail("steps back to time " + std::to_string(time_) + "; times start at 0");
    Annotation annotation;
    annotation.sample = time_;
    annotation.code = static_cast<std::uint8_t>(code);
    if (!annotations_.empty()) {  // these two persist
      annotation.number = annotations_.back().number;
      annotation.channel = annotations_.back().channel;
    }
    annotations_.push_back(std::move(annotation));
  }

  void skip(std::uint32_t datum) {
    if (datum != 0) fail("has a SKIP with datum " + std::to_string(datum) + "; allowed: 0");
    const std::uint32_t high = take_word();
    const std::uint32_t low = take_word();
    time_ += static_cast<std::int32_t>(high << 16 | low);
  }

  Annotation& current(const char* escape) {
    if (annotations_.empty()) fail(std::string("has ") + escape + " before the first annotation");
    return annotations_.back();
  }

  // The library writes the lower 10 bits of a signed char and reads back the lower 8; others write 8 bits.
  std::int8_t signed_datum(const char* escape, std::uint32_t datum) const {
    const bool fits = datum <= 0xFF || datum >= 0x380;  // -128 in 10 bits
    if (!fits) fail(std::string("has ") + escape + " " + std::to_string(datum) + "; allowed: -128 to 127");
    return static_cast<std::int8_t>(datum & 0xFF);
  }

  std::uint8_t unsigned_datum(const char* escape, std::uint32_t datum) const {
    if (datum > 0xFF) fail(std::string("has ") + escape + " " + std::to_string(datum) + "; allowed: 0 to 255");
    return static_cast<std::uint8_t>(datum);
  }

  std::string take_text(std::uint32_t size) {
    const std::size_t left = bytes_.size() - at_;
    if (size > wfdb::kLongestAux) fail("has an AUX text of " + std::to_string(size) + " bytes; allowed: 0 to 255");
    if (size + size % 2 > left) {
      fail("has an AUX text of " + std::to_string(size) + " bytes, but the file ends after " + std::to_string(left));
    }
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ += size + size % 2;
    return {begin, begin + size};
  }

  std::uint32_t take_word() {
    if (bytes_.size() - at_ < 2)
      fail("the file ends here, inside an entry or before its closing zero word: it is cut short");
    const std::uint32_t word = bytes_[at_] | static_cast<std::uint32_t>(bytes_[at_ + 1]) << 8;
    at_ += 2;
    return word;
  }

  void check_rest() {
    const auto rest = bytes_.subspan(at_);
    const auto stray = std::ranges::find_if(rest, [](unsigned char byte) { return byte != 0; });
    if (stray == rest.end()) return;
    entry_ = at_ + static_cast<std::size_t>(stray - rest.begin());
    fail("has value " + std::to_string(*stray) + " after the closing zero word; allowed: zeros or nothing");
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw Error(ErrorKind::data, where_ + ", byte " + std::to_string(entry_), message);
  }

  std::span<const unsigned char> bytes_;
  const std::string& where_;
  std::size_t at_ = 0;
  std::size_t entry_ = 0;  // where the current entry begins
  std::int64_t time_ = 0;  // no overflow: each entry adds 32 bits at most
  std::vector<Annotation> annotations_;
};

// "42 w Wave of unknown origin"
std::optional<AnnotationDefinition> parse_definition(std::string_view text) {
  const std::string_view number = wfdb::take_word(text);
  unsigned code = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), code);
  if (error != std::errc() || end != number.data() + number.size()) return std::nullopt;
  const std::string_view symbol = wfdb::take_word(text);
  if (code < 1 || code > wfdb::kLargestCode || symbol.empty()) return std::nullopt;
  return AnnotationDefinition{static_cast<std::uint8_t>(code), std::string(symbol), std::string(trimmed(text))};
}

constexpr std::string_view kResolution = "## time resolution:";

double parse_resolution(std::string_view text, const std::string& where) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc() && end == text.data() + text.size() && std::isfinite(value) && value > 0) return value;
  throw Error(ErrorKind::data, where,
              "its note on the time resolution says " + wfdb::quote(text) + "; allowed: a number above 0, in Hz");
}

void convert_times(std::vector<Annotation>& annotations, double factor, const std::string& where) {
  constexpr double largest = 9.0e15;  // samples; below 2^53, so that a double holds it exactly
  for (Annotation& annotation : annotations) {
    const double sample = std::round(static_cast<double>(annotation.sample) * factor);
    if (sample > largest) throw Error(ErrorKind::data, where, "its time resolution puts an annotation out of range");
    annotation.sample = static_cast<std::int64_t>(sample);
  }
  std::erase_if(annotations, [](const Annotation& annotation) {
    return annotation.sample == 0 && annotation.code == codes::note && annotation.aux.starts_with(kResolution);
  });
}

}  // namespace

std::vector<Annotation> parse_annotations(std::span<const unsigned char> bytes, const std::string& where) {
  return AnnotationParser(bytes, where).parse();
}

AnnotationFileNotes read_annotation_notes(std::span<const Annotation> annotations, const std::string& where) {
  AnnotationFileNotes notes;
  for (const Annotation& annotation : annotations) {
    if (annotation.sample != 0 || annotation.code != codes::note) break;
    std::string_view text = annotation.aux;
    text = text.substr(0, text.find('\0'));
    if (text.starts_with(kResolution)) {
      notes.time_resolution_hz = parse_resolution(trimmed(text.substr(kResolution.size())), where);
    } else if (auto definition = parse_definition(text)) {
      notes.definitions.push_back(std::move(*definition));
    }
  }
  return notes;
}

std::vector<Annotation> annotations_at_rate(std::span<const unsigned char> bytes, double sampling_rate_hz,
                                            const std::string& where) {
  std::vector<Annotation> annotations = parse_annotations(bytes, where);
  const auto resolution_hz = read_annotation_notes(annotations, where).time_resolution_hz;
  if (resolution_hz) convert_times(annotations, sampling_rate_hz / *resolution_hz, where);
  std::erase_if(annotations, [](const Annotation& annotation) { return annotation.code == 0; });
  for (Annotation& annotation : annotations) annotation.aux.erase(annotation.aux.find_last_not_of('\0') + 1);
  return annotations;
}

}  // namespace beatbench
