#include "core/label_maps/label_maps.h"

namespace beatbench::labels {

// The 26 classes that the PhysioNet/Computing in Cardiology Challenge 2021 scored, under its abbreviations; pairs that
// it counted as one stand in one line. SNOMED CT alone.
LabelMap cinc2021() {
  return {"cinc2021",
          "the 26 classes of the PhysioNet Challenge 2021",
          {{"AF", "atrial fibrillation", {"164889003"}},
           {"AFL", "atrial flutter", {"164890007"}},
           {"BBB", "bundle-branch block", {"6374002"}},
           {"Brady", "bradycardia", {"426627000"}},
           {"CLBBB", "left bundle-branch block", {"733534002", "164909002"}},
           {"CRBBB", "right bundle-branch block", {"713427006", "59118001"}},
           {"IAVB", "first-degree atrioventricular block", {"270492004"}},
           {"IRBBB", "incomplete right bundle-branch block", {"713426002"}},
           {"LAD", "left axis deviation", {"39732003"}},
           {"LAnFB", "left anterior fascicular block", {"445118002"}},
           {"LPR", "prolonged PR interval", {"164947007"}},
           {"LQRSV", "low QRS voltages", {"251146004"}},
           {"LQT", "prolonged QT interval", {"111975006"}},
           {"NSIVCB", "nonspecific intraventricular conduction disorder", {"698252002"}},
           {"NSR", "sinus rhythm", {"426783006"}},
           {"PAC", "premature atrial contraction", {"284470004", "63593006"}},
           {"PR", "pacing rhythm", {"10370003"}},
           {"PRWP", "poor R wave progression", {"365413008"}},
           {"PVC", "premature ventricular contractions", {"427172004", "17338001"}},
           {"QAb", "abnormal Q wave", {"164917005"}},
           {"RAD", "right axis deviation", {"47665007"}},
           {"SA", "sinus arrhythmia", {"427393009"}},
           {"SB", "sinus bradycardia", {"426177001"}},
           {"STach", "sinus tachycardia", {"427084000"}},
           {"TAb", "abnormal T wave", {"164934002"}},
           {"TInv", "T wave inversion", {"59931005"}}}};
}

}  // namespace beatbench::labels
