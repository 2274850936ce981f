// An annotation file: what is read is written and read again as it was, and what is odd may be passed over.
#include <algorithm>

#include "beatbench/recordings/wfdb/annotation_file.h"
#include "fuzz/scratch.h"

using namespace beatbench;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  Record record;
  record.sampling_rate_hz = 360;
  record.frame_rate_hz = 90;
  fuzz::value_or_error([&] {
    const auto annotations = annotations_of_record(record, {data, size}, "x.atr", [](const Error&) {});
    fuzz::expect(std::ranges::is_sorted(annotations, {}, &Annotation::sample));
    fuzz::expect(annotations.empty() || annotations.front().sample >= 0);
  });
  return fuzz::value_or_error([&] {
    const std::vector<Annotation> annotations = parse_annotations({data, size}, "x.atr");
    fuzz::expect(parse_annotations(format_annotations(annotations), "x.atr") == annotations);
    annotations_of_record(record, {data, size}, "x.atr");
  });
}
