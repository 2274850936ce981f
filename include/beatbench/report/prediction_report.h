#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/preprocessing.h"
#include "beatbench/core/provenance.h"
#include "beatbench/core/system_info.h"
#include "beatbench/evaluation/classification.h"

namespace beatbench {

/// What a model said of one recording or image.
struct PredictedInput {
  std::string input;   ///< as it was named
  std::string record;  ///< as predictions.csv has it
  bool is_image = false;
  bool is_whole = false;        ///< a recording that was classified as a whole: it counts as one beat
  std::string lead;             ///< "" for an image
  double sampling_rate_hz = 0;  ///< of the recording; 0 for an image
  double start_s = 0;           ///< what the recording's own times say at its first sample
  double duration_s = 0;
  bool detected = false;                           ///< its beats were detected, not annotated
  std::vector<std::int64_t> counts;                ///< beats per class; of a whole recording 1 where it is of the class
  std::vector<double> mean_probabilities;          ///< per class, over the beats
  std::optional<ClassificationMetrics> agreement;  ///< with the annotations, where beats are annotated
  /// What it was to the model among the recordings that trained it, "mitdb/103"; empty: not among them. nullopt: the
  /// model does not say which those are, or it is an image.
  std::optional<std::vector<std::string>> seen_as;
  std::vector<std::string> notes;
};

/// What `classify` found.
struct PredictionReport {
  std::string model;  ///< registry name
  std::string file;   ///< name of the model file, without folder
  Preprocessing preprocessing;
  Provenance provenance;
  std::vector<PredictedInput> inputs;
  std::vector<std::string> failures;  ///< inputs that could not be classified, and why
  SystemInfo system;
};

/// The answer in one line: "mostly NOR (2240 of 2273 beats), then APC (33)"; of an image with probabilities; of a whole
/// recording every class that it is of, "AF (97.1 %), RBBB (80.2 %)", or "none of 1dAVb, RBBB".
std::string verdict(const PredictedInput& input, const std::vector<std::string>& class_names);

/// See reports/schema.json, kind "prediction". There are two classes at least, unless recordings are classified whole.
nlohmann::ordered_json to_json(const PredictionReport& report);

}  // namespace beatbench
