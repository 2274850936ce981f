#include <algorithm>
#include <cmath>

#include "beatbench/core/error.h"
#include "beatbench/recordings/wfdb/annotation_file.h"
#include "recordings/text_fields.h"
#include "recordings/wfdb/annotation_definitions.h"

namespace beatbench {
namespace {

void convert_times(std::vector<Annotation>& annotations, double factor, const std::string& where) {
  if (factor == 1.0) return;
  constexpr double largest = 9.0e15;  // samples; below 2^53, so that a double holds it exactly
  for (Annotation& annotation : annotations) {
    const double sample = std::round(static_cast<double>(annotation.sample) * factor);
    if (!(std::abs(sample) <= largest))
      throw Error(ErrorKind::data, where, "its time resolution puts an annotation out of range");
    annotation.sample = static_cast<std::int64_t>(sample);
  }
}

void sort_by_time(std::vector<Annotation>& annotations, const std::string& where, const OnOddity& on_oddity) {
  const auto late = std::ranges::is_sorted_until(annotations, {}, &Annotation::sample);
  if (late == annotations.end()) return;
  tell(on_oddity, {ErrorKind::data, where,
                   "an annotation at sample " + std::to_string(late->sample) + " follows one at sample " +
                       std::to_string((late - 1)->sample) + "; they are put in order"});
  std::ranges::stable_sort(annotations, {}, &Annotation::sample);
}

}  // namespace

std::vector<Annotation> annotations_of_record(const Record& record, std::span<const unsigned char> bytes,
                                              const std::string& where, const OnOddity& on_oddity) {
  std::vector<Annotation> annotations = parse_annotations(bytes, where, on_oddity);
  std::erase_if(annotations, [](const Annotation& annotation) { return annotation.code == 0; });
  const wfdb::AnnotationFileNotes notes = wfdb::take_notes(annotations, where);
  wfdb::apply_definitions(annotations, notes.definitions, where, on_oddity);
  const double frame_rate_hz = record.frame_rate_hz > 0 ? record.frame_rate_hz : record.sampling_rate_hz;
  convert_times(annotations, record.sampling_rate_hz / notes.time_resolution_hz.value_or(frame_rate_hz), where);
  sort_by_time(annotations, where, on_oddity);
  for (Annotation& annotation : annotations) annotation.aux.erase(annotation.aux.find_last_not_of('\0') + 1);
  return annotations;
}

}  // namespace beatbench
