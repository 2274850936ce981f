#pragma once

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>

#include "beatbench/core/model_table.h"
#include "beatbench/core/preprocessing.h"
#include "beatbench/core/provenance.h"

namespace beatbench {

/// How the number ranges of an int8 model were found.
struct Calibration {
  std::int64_t windows = 0;  ///< of the training part of the model's own split
  std::string windows_hash;  ///< content hash of a line "RECORD SAMPLE" for each window
  std::string dataset_hash;
  std::string engine;  ///< that runs int8 operators, as LibTorch calls it
  int activation_bits = 8;
};

/// Everything about a trained model but its weights; it travels inside every checkpoint and every exported file.
struct ModelDescription {
  std::string model;  ///< its name in the table of models
  ModelShape shape;
  ModelOptions options;
  Preprocessing preprocessing;
  Provenance provenance;
  std::optional<std::int64_t> parameters;  ///< trainable weights; files of older versions do not say
  std::string precision = "float32";       ///< float32 | int8: of the convolutions and linear layers
  std::optional<Calibration> calibration;  ///< of an int8 model
};

void to_json(nlohmann::json& json, const ModelDescription& description);
/// @throws Error(data) naming the missing or wrong field.
void from_json(const nlohmann::json& json, ModelDescription& description);

/// The name of the entry that holds the description in an exported file.
inline constexpr const char* kDescriptionEntry = "beatbench.json";

}  // namespace beatbench
