#pragma once

#include "beatbench/data/protocol.h"

namespace beatbench::protocols {

Split random(const BeatSet& windows, const Database& database, const SplitOptions& options);
Split inter_patient(const BeatSet& windows, const Database& database, const SplitOptions& options);
Split inter_patient_leak_free(const BeatSet& windows, const Database& database, const SplitOptions& options);

}  // namespace beatbench::protocols
