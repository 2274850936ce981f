#pragma once

#include "beatbench/core/model_description.h"
#include "beatbench/report/run_report.h"
#include "runs/run_data.h"
#include "runs/run_folder.h"

namespace beatbench {

/// All that a training gave.
struct FinishedTraining {
  const RunData& data;
  const Split& split;
  const ModelDescription& description;
  const TrainingSummary& training;
  const TestedBeats& tested;
  const SystemInfo& system;
};

RunReport make_report(const FinishedTraining& run);

}  // namespace beatbench
