#pragma once

#include <string>
#include <vector>

#include "beatbench/core/listener.h"
#include "beatbench/core/system_info.h"
#include "beatbench/report/detector_report.h"

namespace beatbench {

/// Which R-peak detectors to hold against a database's annotations.
struct DetectorRequest {
  std::string data = "mitdb";
  std::vector<std::string> detectors;  ///< empty: all
  std::vector<std::string> lead;       ///< empty: the first of each record
  bool all_leads = false;              ///< every lead of a record, together
  std::vector<std::string> noise;      ///< records of noise; empty: none is added
  std::vector<double> snr_db = {24, 12, 6, 0};
};

/// Runs detectors on a database and compares them with its annotations beat by beat.
/// @throws Error, Interrupted.
DetectorReport score_detectors(const DetectorRequest& request, const SystemInfo& system, const Listener& listener);

}  // namespace beatbench
