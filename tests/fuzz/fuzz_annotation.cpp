// An annotation file: what is read is written and read again as it was.
#include "beatbench/wfdb/annotation_file.h"
#include "fuzz/scratch.h"

using namespace beatbench;

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  return fuzz::value_or_error([&] {
    const std::vector<Annotation> annotations = parse_annotations({data, size}, "x.atr");
    fuzz::expect(parse_annotations(format_annotations(annotations), "x.atr") == annotations);
    annotations_at_rate({data, size}, 360, "x.atr");
    read_annotation_notes(annotations, "x.atr");
  });
}
