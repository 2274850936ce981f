#pragma once

#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/preprocessing.h"
#include "beatbench/core/record.h"
#include "beatbench/evaluation/classification.h"
#include "runs/predictions_files.h"

namespace beatbench {

// What a model said of a recording against what is stated of it; nullopt where there is nothing to compare with.

/// Against what a recording's header states of it as a whole.
std::optional<ClassificationMetrics> agreement_of_whole(const Classified& result, const Preprocessing& preprocessing);

/// Against the annotations, of the beats that the model's classes have a place for.
std::optional<ClassificationMetrics> agreement_of(const Classified& result, const Preprocessing& preprocessing);

/// Of detected beats: those that lie within 150 ms of an annotated one, paired as EC57 has it, and a note of the
/// others.
std::optional<ClassificationMetrics> agreement_of_detected(const Classified& result, const Record& record,
                                                           const Preprocessing& preprocessing,
                                                           std::vector<std::string>& notes);

}  // namespace beatbench
