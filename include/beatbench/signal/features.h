#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/model_table.h"
#include "beatbench/core/preprocessing.h"
#include "beatbench/core/record.h"

namespace beatbench {

namespace features {
struct TemplateBeat;
}

/// What the numbers of a feature are computed from.
struct FeatureSource {
  const Record& record;
  std::span<const std::int64_t> beats;  ///< every beat and flutter wave of the recording, ascending, its own samples
  std::span<const std::size_t> places;  ///< of the beats asked for, indices into `beats`
  std::span<const std::string> leads;   ///< names in order of preference
  const features::TemplateBeat* template_beat = nullptr;  ///< the recording's, for features of waves
};

/// Numbers about a beat that its window does not show. They need no labels: only where beats are, and the signal.
struct FeatureSpec {
  std::string_view name;
  std::string_view description;
  std::span<const std::string_view> numbers;  ///< what they are
  /// Appends `numbers.size()` values for each place.
  void (*append)(const FeatureSource& input, std::vector<float>& values);
  bool is_of_waves = false;  ///< computed from samples in mV, not only from where beats are
};

std::span<const FeatureSpec> feature_registry();

/// Whether one of the features is computed from samples in mV. @throws Error(usage) as feature_count.
bool has_wave_features(const Preprocessing& preprocessing);

/// How many features each beat has.
/// @throws Error(usage) for a features that does not exist, listing the valid ones.
int feature_count(const Preprocessing& preprocessing);

/// The shape that a model with this preprocessing and these classes has. @throws Error(usage) as feature_count.
ModelShape shape_of(const Preprocessing& preprocessing);

/// Fills `set.features` for the rows from `first_row` on, which are beats of `record`.
/// @throws Error(usage) as feature_count; Error(data) if a row is none of `beats`.
void append_features(BeatSet& set, std::size_t first_row, const Record& record, std::span<const std::int64_t> beats,
                     const Preprocessing& preprocessing);

}  // namespace beatbench
