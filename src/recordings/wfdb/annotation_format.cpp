#include <algorithm>
#include <limits>

#include "beatbench/core/error.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "recordings/wfdb/annotation_escapes.h"

namespace beatbench {
namespace {

class AnnotationWriter {
 public:
  // The order of the fields is that of the WFDB library's putann.
  void put(const Annotation& annotation) {
    if (annotation.code == 0) {
      put_null_time(annotation.sample);
    } else {
      put_time(annotation.sample);
    }
    put_word(annotation.code, static_cast<std::uint32_t>(annotation.sample - time_));
    if (annotation.subtype != 0) put_word(wfdb::kSubtype, static_cast<std::uint32_t>(annotation.subtype));
    if (annotation.channel != channel_) put_word(wfdb::kChannel, annotation.channel);
    if (annotation.number != number_) put_word(wfdb::kNumber, static_cast<std::uint32_t>(annotation.number));
    if (!annotation.aux.empty()) put_text(annotation.aux);
    time_ = annotation.sample;
    channel_ = annotation.channel;
    number_ = annotation.number;
  }

  std::vector<unsigned char> finish() {
    put_word(0, 0);
    return std::move(bytes_);
  }

 private:
  // A step that a datum cannot hold takes one SKIP, a step beyond 32 bits several.
  void put_time(std::int64_t sample) {
    while (sample < time_ || sample - time_ > wfdb::kDatumMask) put_skip_towards(sample);
  }

  // A null annotation's word must differ from the closing zero word: a SKIP always ends one sample before it.
  void put_null_time(std::int64_t sample) {
    do {
      put_skip_towards(sample - 1);
    } while (sample - 1 != time_);
  }

  void put_skip_towards(std::int64_t sample) {
    constexpr std::int64_t smallest = std::numeric_limits<std::int32_t>::min();
    constexpr std::int64_t largest = std::numeric_limits<std::int32_t>::max();
    const std::int64_t step = std::clamp(sample - time_, smallest, largest);
    const auto bits = static_cast<std::uint32_t>(step);
    put_word(wfdb::kSkip, 0);
    put_16(bits >> 16);
    put_16(bits & 0xFFFFU);
    time_ += step;
  }

  void put_text(const std::string& text) {
    put_word(wfdb::kAux, static_cast<std::uint32_t>(text.size()));
    bytes_.insert(bytes_.end(), text.begin(), text.end());
    if (text.size() % 2 != 0) bytes_.push_back(0);
  }

  void put_word(std::uint32_t code, std::uint32_t datum) {
    put_16(code << wfdb::kDatumBits | (datum & wfdb::kDatumMask));
  }

  void put_16(std::uint32_t word) {
    bytes_.push_back(static_cast<unsigned char>(word & 0xFFU));
    bytes_.push_back(static_cast<unsigned char>(word >> 8));
  }

  std::vector<unsigned char> bytes_;
  std::int64_t time_ = 0;
  std::uint8_t channel_ = 0;
  std::int8_t number_ = 0;
};

void check(const Annotation& annotation, std::size_t index) {
  const auto fail = [&](const std::string& message) {
    throw Error(ErrorKind::usage, "annotation " + std::to_string(index), message);
  };
  if (annotation.code > wfdb::kLargestCode) {
    fail("its code is " + std::to_string(annotation.code) + "; allowed: 0 (null) to 49");
  }
  if (annotation.sample < 0) fail("its time is " + std::to_string(annotation.sample) + "; times start at 0");
  if (annotation.aux.size() > wfdb::kLongestAux) {
    fail("its AUX text has " + std::to_string(annotation.aux.size()) + " bytes; allowed: 0 to 255");
  }
}

}  // namespace

std::vector<unsigned char> format_annotations(std::span<const Annotation> annotations) {
  AnnotationWriter writer;
  for (std::size_t i = 0; i < annotations.size(); ++i) {
    check(annotations[i], i);
    writer.put(annotations[i]);
  }
  return writer.finish();
}

}  // namespace beatbench
