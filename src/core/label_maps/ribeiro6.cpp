#include "core/label_maps/label_maps.h"

namespace beatbench::labels {

// Ribeiro et al. 2020 (Nature Communications 11:1760), in the order of their model's outputs. Bundle-branch blocks are
// complete ones; SNOMED's codes without the word stand for them in the sets that use them. Each class's own name is
// what the authors' tables of labels head its column with.
LabelMap ribeiro6() {
  return {"ribeiro6",
          "the six abnormalities of Ribeiro et al. 2020",
          {{"1dAVb", "first-degree atrioventricular block", {"270492004", "1AVB", "1dAVb"}},
           {"RBBB", "right bundle-branch block", {"59118001", "713427006", "CRBBB", "RBBB"}},
           {"LBBB", "left bundle-branch block", {"164909002", "733534002", "CLBBB", "LBBB"}},
           {"SB", "sinus bradycardia", {"426177001", "SBRAD", "SB"}},
           {"AF", "atrial fibrillation", {"164889003", "AFIB", "AF"}},
           {"ST", "sinus tachycardia", {"427084000", "STACH", "ST"}}}};
}

}  // namespace beatbench::labels
