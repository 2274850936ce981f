#pragma once

#include "beatbench/data/protocol.h"

namespace beatbench::protocols {

Split random(const BeatSet& windows, const Database& database, const SplitOptions& options);
Split beat_folds(const BeatSet& windows, const Database& database, const SplitOptions& options);
Split inter_patient(const BeatSet& windows, const Database& database, const SplitOptions& options);
Split inter_patient_leak_free(const BeatSet& windows, const Database& database, const SplitOptions& options);
Split patient_folds(const BeatSet& windows, const Database& database, const SplitOptions& options);
Split leave_one_patient_out(const BeatSet& windows, const Database& database, const SplitOptions& options);
Split published_folds(const BeatSet& windows, const Database& database, const SplitOptions& options);

int count_published_folds(const BeatSet& windows, const SplitOptions& options);
int count_subjects(const BeatSet& windows, const SplitOptions& options);

}  // namespace beatbench::protocols
