#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "beatbench/core/recording_blocks.h"

namespace beatbench {

/// Where a model came from: enough to rebuild its split and to repeat its run.
struct Provenance {
  std::string dataset;       ///< for example "mitdb"
  std::string dataset_hash;  ///< of all records in order
  std::string source_hash;   ///< of the recordings that a prepared data set was made from; else as dataset_hash
  std::string protocol;      ///< for example "random (intra-patient)"
  std::string split_hash;    ///< of the row lists of training, validation and test
  std::uint64_t seed = 0;
  std::string commit;            ///< of the source that made it
  nlohmann::json configuration;  ///< the run's effective options
  /// Every recording that ever trained these weights or chose among them: of the split's training and validation, of
  /// extra training, and of the runs that they were begun from. nullopt: not known, as in files of older versions.
  std::optional<std::vector<SeenRecording>> seen = {};
};

void to_json(nlohmann::json& json, const Provenance& provenance);
/// @throws Error(data) naming the missing or wrong field.
void from_json(const nlohmann::json& json, Provenance& provenance);

/// The commit this build was made from ("unknown" outside a checkout; "-dirty" is appended if it was changed).
std::string source_commit();

/// CMake's build type of this build, for example "Release"; "unknown" where it has none.
std::string build_type();

/// The release of beatbench, as in CMakeLists.txt.
std::string beatbench_version();

}  // namespace beatbench
