#pragma once

#include <filesystem>

#include "beatbench/conversion/convert.h"
#include "models/checkpoint_io.h"

namespace beatbench::tests {

/// Writes a checkpoint beside `file`, and that converted.
inline void convert(const Checkpoint& checkpoint, std::string_view format, const std::filesystem::path& file,
                    const BeatSet& calibration = {}) {
  const std::filesystem::path source = file.string() + ".checkpoint";
  save_checkpoint(source, checkpoint.description, *checkpoint.model);
  try {
    convert_checkpoint(source, require_format(format), file, calibration);
  } catch (...) {
    std::filesystem::remove(source);
    throw;
  }
  std::filesystem::remove(source);
}

/// A file against the checkpoint that it was made from.
inline ConversionCheck check(const Checkpoint& checkpoint, const std::filesystem::path& file, const BeatSet& beats) {
  const std::filesystem::path source = file.string() + ".checkpoint.pt";
  save_checkpoint(source, checkpoint.description, *checkpoint.model);
  const auto original = open_model(source), converted = open_model(file);
  std::filesystem::remove(source);
  return check_conversion(*original, *converted, beats);
}

}  // namespace beatbench::tests
