#pragma once

#include <string>

#include "beatbench/core/listener.h"
#include "beatbench/core/system_info.h"
#include "beatbench/report/annotation_report.h"

namespace beatbench {

/// Which annotation files to hold against a database's own.
struct AnnotationRequest {
  std::string data = "mitdb";
  std::string reference = "atr";
  std::string test;  ///< folder; "": that of the recordings
  std::string annotator = "pred";
  double window_s = 0.150, start_s = 300;
};

/// Compares annotation files with a database's own, beat by beat and class by class, as WFDB's bxb does.
/// @throws Error, Interrupted.
AnnotationReport score_annotations(const AnnotationRequest& request, const SystemInfo& system,
                                   const Listener& listener);

}  // namespace beatbench
