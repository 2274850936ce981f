#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "beatbench/core/beat_set.h"
#include "beatbench/models/checkpoint.h"

namespace beatbench {

/// A file format that a checkpoint can be written in.
struct FormatSpec {
  std::string_view name;
  std::string_view extension;  ///< with its dot
  std::string_view description;
  /// The whole content of the file.
  std::string (*write)(const Checkpoint& checkpoint);
};

std::span<const FormatSpec> format_registry();

/// @throws Error(usage) that lists the valid names.
const FormatSpec& find_format(std::string_view name);

/// Writes `file` atomically. @throws Error(io), Error(unsupported) if the model cannot be written in this format.
void convert_checkpoint(const Checkpoint& checkpoint, const FormatSpec& format, const std::filesystem::path& file);

/// How close a written file is to the checkpoint it came from, on the same windows.
struct Agreement {
  std::size_t windows = 0;
  double largest_difference = 0;  ///< of any logit
  double same_class = 0;          ///< fraction of windows with the same predicted class
};

/// Opens the written file with the engine that runs it and compares both on every window.
Agreement compare_with_checkpoint(const Checkpoint& checkpoint, const std::filesystem::path& file,
                                  const BeatSet& windows);

}  // namespace beatbench
