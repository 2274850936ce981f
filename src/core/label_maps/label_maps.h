#pragma once

#include "beatbench/core/label_map.h"

namespace beatbench::labels {

LabelMap ribeiro6();
LabelMap abnormal();
LabelMap superclasses();
LabelMap cinc2021();

}  // namespace beatbench::labels
