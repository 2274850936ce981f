#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include "beatbench/core/beat_set.h"
#include "beatbench/runtime/engine.h"

namespace beatbench {

/// A file format that a checkpoint can be written in.
struct FormatSpec {
  std::string_view name;
  std::string_view ending;  ///< what is appended to a model's name: "-int8.pt"
  std::string_view description;
  bool needs_calibration;
};

std::span<const FormatSpec> format_registry();

/// @throws Error(usage) that lists the valid names.
const FormatSpec& require_format(std::string_view name);

/// Writes `file` atomically. `calibration`: windows of the model's own training data, in its own form of input; empty
/// where the format needs none.
/// @throws Error(io), Error(usage) if the format needs windows to calibrate on and there are none, Error(unsupported)
/// if the model cannot be written in this format.
void convert_checkpoint(const std::filesystem::path& checkpoint, const FormatSpec& format,
                        const std::filesystem::path& file, const BeatSet& calibration = {});

/// How close a written file is to the checkpoint it came from, on the same windows.
struct ConversionCheck {
  std::size_t windows = 0;
  double largest_difference = 0;  ///< of any logit
  double same_class = 0;          ///< fraction of windows with the same predicted class
  std::size_t labelled = 0;       ///< windows whose class is known: those that the accuracies are of
  double accuracy_checkpoint = 0, accuracy = 0;

  /// In points of percent; below 0 where the file does better.
  double accuracy_lost_points() const { return 100.0 * (accuracy_checkpoint - accuracy); }
};

/// Compares a model with its checkpoint on every window.
/// @throws Error(data) if the checkpoint answers with something else than numbers.
ConversionCheck check_conversion(Engine& checkpoint, Engine& converted, const BeatSet& windows);

}  // namespace beatbench
