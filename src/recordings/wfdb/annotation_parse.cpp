#include <algorithm>
#include <cstddef>
#include <string_view>

#include "beatbench/core/error.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "recordings/wfdb/annotation_escapes.h"

namespace beatbench {
namespace {

// What is odd in a file, told once for each kind.
struct Oddity {
  const char* kind;
  std::size_t byte;
  std::string message;
  std::size_t more = 0;
};

// Visible ASCII, bytes of other alphabets and what ends lines. An annotation file has others: a beat's word ends with a
// byte below 32.
bool is_text(std::span<const unsigned char> bytes) {
  return std::ranges::all_of(
      bytes, [](unsigned char byte) { return byte >= ' ' || byte == '\t' || byte == '\n' || byte == '\r'; });
}

class AnnotationParser {
 public:
  AnnotationParser(std::span<const unsigned char> bytes, const std::string& where, const OnOddity& on_oddity)
      : bytes_(bytes), where_(where), on_oddity_(on_oddity) {}

  std::vector<Annotation> parse() {
    if (bytes_.size() < 2) fail(kCutShort);
    annotations_.reserve(bytes_.size() / 2);  // an annotation takes one word at least
    while (parse_entry()) {
    }
    check_rest();
    check_impossible();
    tell_oddities();
    annotations_.shrink_to_fit();
    return std::move(annotations_);
  }

 private:
  static constexpr const char* kCutShort =
      "the file ends here, inside an entry or before its closing zero word: it is cut short";

  // False at the closing zero word, or where the file ends without it.
  bool parse_entry() {
    entry_ = at_;
    if (!has_bytes(2)) return false;
    const std::uint32_t word = take_word();
    const std::uint32_t code = word >> wfdb::kDatumBits;
    const std::uint32_t datum = word & wfdb::kDatumMask;
    if (word == 0) return false;
    switch (code) {
      case wfdb::kSkip:
        return skip(datum);
      case wfdb::kNumber:
        if (auto* current = current_for("NUM")) current->number = signed_datum("NUM", datum);
        break;
      case wfdb::kSubtype:
        if (auto* current = current_for("SUB")) current->subtype = signed_datum("SUB", datum);
        break;
      case wfdb::kChannel:
        if (auto* current = current_for("CHN")) current->channel = unsigned_datum("CHN", datum);
        break;
      case wfdb::kAux:
        if (auto* current = current_for("AUX"))
          current->aux = take_text(datum);
        else
          take_text(datum);
        break;
      default:
        add(code, datum);
    }
    return true;
  }

  void add(std::uint32_t code, std::uint32_t step) {
    time_ += step;
    Annotation annotation;
    annotation.sample = time_;
    if (code > wfdb::kLargestCode) {
      odd("code", "has annotation code " + std::to_string(code) + "; allowed: 0 to 49, and the escapes 59 to 63");
      ++impossible_;
    } else if (time_ < 0) {
      odd("time", "steps back to time " + std::to_string(time_) + "; times start at 0");
      ++impossible_;
    } else {
      annotation.code = static_cast<std::uint8_t>(code);
    }
    if (!annotations_.empty()) {  // these two persist
      annotation.number = annotations_.back().number;
      annotation.channel = annotations_.back().channel;
    }
    annotations_.push_back(std::move(annotation));
  }

  bool skip(std::uint32_t datum) {
    if (datum != 0) odd("SKIP", "has a SKIP with datum " + std::to_string(datum) + "; allowed: 0");
    if (!has_bytes(4)) return false;
    const std::uint32_t high = take_word();
    const std::uint32_t low = take_word();
    time_ += static_cast<std::int32_t>(high << 16 | low);
    return true;
  }

  // nullptr where there is none.
  Annotation* current_for(const char* escape) {
    if (!annotations_.empty()) return &annotations_.back();
    odd("first", std::string("has ") + escape + " before the first annotation");
    ++impossible_;
    return nullptr;
  }

  // The library writes the lower 10 bits of a signed char and reads back the lower 8; others write 8 bits.
  std::int8_t signed_datum(const char* escape, std::uint32_t datum) {
    const bool fits = datum <= 0xFF || datum >= 0x380;  // -128 in 10 bits
    if (!fits) odd(escape, std::string("has ") + escape + " " + std::to_string(datum) + "; allowed: -128 to 127");
    return static_cast<std::int8_t>(datum & 0xFF);
  }

  std::uint8_t unsigned_datum(const char* escape, std::uint32_t datum) {
    if (datum > 0xFF) odd(escape, std::string("has ") + escape + " " + std::to_string(datum) + "; allowed: 0 to 255");
    return static_cast<std::uint8_t>(datum & 0xFF);
  }

  std::string take_text(std::uint32_t size) {
    const std::size_t left = bytes_.size() - at_;
    if (size > wfdb::kLongestAux) {
      odd("AUX", "has an AUX text of " + std::to_string(size) + " bytes; allowed: 0 to 255");
    }
    if (size + size % 2 > left) {
      odd("AUX at the end",
          "has an AUX text of " + std::to_string(size) + " bytes, but the file ends after " + std::to_string(left));
    }
    const auto begin = bytes_.begin() + static_cast<std::ptrdiff_t>(at_);
    at_ += std::min<std::size_t>(left, size + size % 2);
    return {begin, begin + static_cast<std::ptrdiff_t>(std::min<std::size_t>(left, size))};
  }

  bool has_bytes(std::size_t count) {
    if (bytes_.size() - at_ >= count) return true;
    at_ = bytes_.size();
    if (is_text(bytes_)) fail("the file ends without a closing zero word, and is a text");
    odd("end", kCutShort);
    return false;
  }

  std::uint32_t take_word() {
    const std::uint32_t word = bytes_[at_] | static_cast<std::uint32_t>(bytes_[at_ + 1]) << 8;
    at_ += 2;
    return word;
  }

  void check_rest() {
    const auto rest = bytes_.subspan(at_);
    const auto stray = std::ranges::find_if(rest, [](unsigned char byte) { return byte != 0; });
    if (stray == rest.end()) return;
    entry_ = at_ + static_cast<std::size_t>(stray - rest.begin());
    const std::string message =
        "has value " + std::to_string(*stray) + " after the closing zero word; allowed: zeros or nothing";
    if (rest.size() > at_) fail(message);
    odd("rest", message);
  }

  // A few entries that cannot be are damage, many are another kind of file.
  void check_impossible() const {
    constexpr std::size_t few = 3;
    if (impossible_ <= std::max(few, annotations_.size() / 10)) return;
    throw Error(ErrorKind::data, where_,
                "has " + std::to_string(impossible_) + " entries that cannot be, the first: byte " +
                    std::to_string(oddities_.front().byte) + ", " + oddities_.front().message +
                    "; it is no annotation file of WFDB");
  }

  void odd(const char* kind, const std::string& message) {
    if (!on_oddity_) fail(message);
    const auto known =
        std::ranges::find_if(oddities_, [&](const Oddity& oddity) { return std::string_view(oddity.kind) == kind; });
    if (known == oddities_.end())
      oddities_.push_back({kind, entry_, message});
    else
      ++known->more;
  }

  void tell_oddities() const {
    for (const Oddity& oddity : oddities_) {
      const std::string more = oddity.more > 0 ? "; " + std::to_string(oddity.more) + " more of this kind" : "";
      on_oddity_({ErrorKind::data, where_ + ", byte " + std::to_string(oddity.byte), oddity.message + more});
    }
  }

  [[noreturn]] void fail(const std::string& message) const {
    throw Error(ErrorKind::data, where_ + ", byte " + std::to_string(entry_), message);
  }

  std::span<const unsigned char> bytes_;
  const std::string& where_;
  const OnOddity& on_oddity_;
  std::size_t at_ = 0;
  std::size_t entry_ = 0;  // where the current entry begins
  std::int64_t time_ = 0;  // no overflow: each entry adds 32 bits at most
  std::vector<Annotation> annotations_;
  std::vector<Oddity> oddities_;
  std::size_t impossible_ = 0;
};

}  // namespace

std::vector<Annotation> parse_annotations(std::span<const unsigned char> bytes, const std::string& where,
                                          const OnOddity& on_oddity) {
  return AnnotationParser(bytes, where, on_oddity).parse();
}

}  // namespace beatbench
