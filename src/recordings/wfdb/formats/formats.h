#pragma once

#include "beatbench/recordings/wfdb/signal_format.h"

namespace beatbench::wfdb {

extern const SignalFormat kFormat8;
extern const SignalFormat kFormat16;
extern const SignalFormat kFormat24;
extern const SignalFormat kFormat32;
extern const SignalFormat kFormat61;
extern const SignalFormat kFormat80;
extern const SignalFormat kFormat160;
extern const SignalFormat kFormat212;
extern const SignalFormat kFormat310;
extern const SignalFormat kFormat311;
extern const SignalFormat kFormat508;
extern const SignalFormat kFormat516;
extern const SignalFormat kFormat524;

}  // namespace beatbench::wfdb
