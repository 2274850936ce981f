#include "beatbench/core/annotation.h"

#include <algorithm>
#include <array>

namespace beatbench {
namespace {

// Symbols and beat flags as in the WFDB Programmer's Guide, "Annotation Codes".
constexpr std::array kCodes = {
    AnnotationCode{1, "N", true, "normal beat"},
    AnnotationCode{2, "L", true, "left bundle branch block beat"},
    AnnotationCode{3, "R", true, "right bundle branch block beat"},
    AnnotationCode{4, "a", true, "aberrated atrial premature beat"},
    AnnotationCode{5, "V", true, "premature ventricular contraction"},
    AnnotationCode{6, "F", true, "fusion of ventricular and normal beat"},
    AnnotationCode{7, "J", true, "nodal (junctional) premature beat"},
    AnnotationCode{8, "A", true, "atrial premature beat"},
    AnnotationCode{9, "S", true, "supraventricular premature or ectopic beat"},
    AnnotationCode{10, "E", true, "ventricular escape beat"},
    AnnotationCode{11, "j", true, "nodal (junctional) escape beat"},
    AnnotationCode{12, "/", true, "paced beat"},
    AnnotationCode{13, "Q", true, "unclassifiable beat"},
    AnnotationCode{14, "~", false, "change in signal quality"},
    AnnotationCode{16, "|", false, "isolated QRS-like artifact"},
    AnnotationCode{18, "s", false, "ST segment change"},
    AnnotationCode{19, "T", false, "T-wave change"},
    AnnotationCode{20, "*", false, "systole"},
    AnnotationCode{21, "D", false, "diastole"},
    AnnotationCode{22, "\"", false, "comment"},
    AnnotationCode{23, "=", false, "measurement"},
    AnnotationCode{24, "p", false, "peak of P wave"},
    AnnotationCode{25, "B", true, "bundle branch block beat (unspecified)"},
    AnnotationCode{26, "^", false, "non-captured pacemaker spike"},
    AnnotationCode{27, "t", false, "peak of T wave"},
    AnnotationCode{28, "+", false, "rhythm change"},
    AnnotationCode{29, "u", false, "peak of U wave"},
    AnnotationCode{30, "?", true, "beat not classified during learning"},
    AnnotationCode{31, "!", false, "ventricular flutter wave"},
    AnnotationCode{32, "[", false, "start of ventricular flutter or fibrillation"},
    AnnotationCode{33, "]", false, "end of ventricular flutter or fibrillation"},
    AnnotationCode{34, "e", true, "atrial escape beat"},
    AnnotationCode{35, "n", true, "supraventricular escape beat"},
    AnnotationCode{36, "@", false, "link to external data"},
    AnnotationCode{37, "x", false, "non-conducted P wave (blocked APC)"},
    AnnotationCode{38, "f", true, "fusion of paced and normal beat"},
    AnnotationCode{39, "(", false, "waveform onset"},
    AnnotationCode{40, ")", false, "waveform end"},
    AnnotationCode{41, "r", true, "R-on-T premature ventricular contraction"},
};

const AnnotationCode* find_code(std::uint8_t code) {
  const auto* found = std::ranges::find(kCodes, code, &AnnotationCode::code);
  return found == kCodes.end() ? nullptr : found;
}

}  // namespace

std::span<const AnnotationCode> annotation_codes() { return kCodes; }

std::optional<std::string_view> symbol_of(std::uint8_t code) {
  const AnnotationCode* row = find_code(code);
  return row ? std::optional(row->symbol) : std::nullopt;
}

std::optional<std::uint8_t> code_of(std::string_view symbol) {
  const auto* found = std::ranges::find(kCodes, symbol, &AnnotationCode::symbol);
  return found == kCodes.end() ? std::nullopt : std::optional(found->code);
}

bool is_beat(std::uint8_t code) {
  const AnnotationCode* row = find_code(code);
  return row && row->is_beat;
}

}  // namespace beatbench
