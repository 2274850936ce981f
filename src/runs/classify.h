#pragma once

#include <string>
#include <vector>

#include "beatbench/core/listener.h"
#include "beatbench/core/recording_blocks.h"
#include "beatbench/data/recording.h"
#include "beatbench/runtime/engine.h"
#include "runs/classify_inputs.h"
#include "runs/predictions_files.h"

namespace beatbench {

/// How recordings are read whose files leave something open, and which of their beats are classified.
struct ClassifyRequest {
  BeatSource source;
  std::string annotator = "atr";
  bool annotator_is_given = false;
  std::string signal, time;        ///< columns of a CSV; "": found
  double rate_hz = 0;              ///< of a CSV; 0: it says it
  std::string units;               ///< of leads whose file does not state it; "": not known
  std::vector<std::string> leads;  ///< names of leads whose file does not state them, in their order
};

/// Reads an input, prepares it as the model wants it, and says what the model says. `index`: of the recordings that
/// trained the model.
/// @throws Error(data) if it has no beat that can be classified, and whatever reading and preparing throw; Interrupted.
Classified classify_input(const ClassifyInput& input, const ClassifyRequest& request, Engine& engine,
                          const SeenIndex& index, const Listener& listener);

}  // namespace beatbench
