#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "beatbench/core/preprocessing.h"
#include "beatbench/core/provenance.h"
#include "beatbench/models/registry.h"

namespace beatbench {

/// How the number ranges of an int8 model were found.
struct Calibration {
  std::int64_t windows = 0;  ///< of the training part of the model's own split
  std::string windows_hash;  ///< content hash of a line "RECORD SAMPLE" for each window
  std::string dataset_hash;
  std::string engine;  ///< see QuantizedEngine
  int activation_bits = 8;
};

/// Everything about a trained model but its weights; it travels inside every checkpoint and every exported file.
struct ModelDescription {
  std::string model;  ///< registry name
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

/// The description in a file's text, with all its parts fitting together: a known model with options in range, a valid
/// preprocessing, and a shape and class names that go with it.
/// @throws Error(data), Error(unsupported) at `where`, naming what does not fit.
ModelDescription parse_description(std::string_view text, const std::string& where);

/// The name of the entry that holds the description in a checkpoint and in an exported TorchScript file.
inline constexpr const char* kDescriptionEntry = "beatbench.json";

struct Checkpoint {
  ModelDescription description;
  std::shared_ptr<BeatModel> model;  ///< in evaluation mode, on the CPU
};

/// Reads `path`, or, for a run folder, its checkpoints/best.pt.
/// @throws Error(io) if there is none, Error(data) if it is damaged or no checkpoint of beatbench.
Checkpoint load_checkpoint(const std::filesystem::path& path);

/// checkpoints/best.pt of a run folder, or `path` itself.
std::filesystem::path checkpoint_path(const std::filesystem::path& path);

}  // namespace beatbench
