#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/preprocessing.h"
#include "beatbench/report/prediction_report.h"

namespace beatbench {

/// One input's beats with what the model said of them; of a whole recording, one.
struct Classified {
  PredictedInput summary;
  BeatSet beats;
  std::vector<float> probabilities;          ///< [beats, classes]
  std::vector<std::uint64_t> found;          ///< of each beat: bit c is set where it is of class c
  double frame_rate_hz = 0;                  ///< in which its annotation files count, see Record
  std::vector<std::string> statements = {};  ///< what a recording's header says of it
};

/// The first line of predictions.csv.
std::string csv_heading(const std::vector<std::string>& class_names);

/// The lines of an input: a row for each beat.
std::string csv_rows(const Classified& result, const std::vector<std::string>& class_names);

/// Writes RECORD.pred below a folder: the classes as WFDB annotations; a class that no symbol stands for is Q with its
/// name as text. The file says its rate where that is not the recording's frame rate, or where the recording has no
/// header that says it.
void write_annotations(const std::filesystem::path& folder, const Classified& result,
                       const Preprocessing& preprocessing);

}  // namespace beatbench
