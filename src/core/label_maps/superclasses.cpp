#include "core/label_maps/label_maps.h"

namespace beatbench::labels {

// PTB-XL's diagnostic classes (Wagner et al. 2020, Scientific Data 7:154; its file scp_statements.csv). A statement
// counts whatever likelihood it was given, as in the database's own benchmark (Strodthoff et al. 2021, IEEE J Biomed
// Health Inform 25:1519).
LabelMap superclasses() {
  return {
      "superclasses",
      "PTB-XL's five diagnostic classes",
      {{"NORM", "normal ECG", {"NORM"}},
       {"MI",
        "myocardial infarction",
        {"IMI", "ASMI", "ILMI", "AMI", "ALMI", "INJAS", "LMI", "INJAL", "IPLMI", "IPMI", "INJIN", "INJLA", "PMI",
         "INJIL"}},
       {"STTC",
        "ST or T change",
        {"NDT", "NST_", "DIG", "LNGQT", "ISC_", "ISCAL", "ISCIN", "ISCIL", "ISCAS", "ISCLA", "ANEUR", "EL", "ISCAN"}},
       {"CD",
        "conduction disturbance",
        {"LAFB", "IRBBB", "1AVB", "IVCD", "CRBBB", "CLBBB", "LPFB", "WPW", "ILBBB", "3AVB", "2AVB"}},
       {"HYP", "hypertrophy", {"LVH", "LAO/LAE", "RVH", "RAO/RAE", "SEHYP"}}}};
}

}  // namespace beatbench::labels
