#include "core/label_maps/label_maps.h"

namespace beatbench::labels {

// One output. PTB-XL says NORM of a normal ECG, SNOMED CT 164854000, CODE-15% normal_ecg; sets that have no such
// statement have a lone sinus rhythm, 426783006, which is read as normal (see data/whole_recordings.cpp).
LabelMap abnormal() {
  return {"abnormal",
          "a single class: every recording that is not stated to be normal",
          {{"abnormal", "anything but a normal ECG", {"NORM", "164854000", "normal_ecg"}, true}}};
}

}  // namespace beatbench::labels
