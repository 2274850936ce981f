#pragma once

#include "beatbench/wfdb/signal_format.h"

namespace beatbench::wfdb {

extern const SignalFormat kFormat16;
extern const SignalFormat kFormat212;

}  // namespace beatbench::wfdb
