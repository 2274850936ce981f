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

/// What the numbers of a context are computed from.
struct ContextSource {
  const Record& record;
  std::span<const std::int64_t> beats;  ///< every beat and flutter wave of the recording, ascending, its own samples
  std::span<const std::size_t> places;  ///< of the beats asked for, indices into `beats`
  std::span<const std::string> leads;   ///< names in order of preference
};

/// Numbers about a beat that its window does not show. They need no labels: only where beats are, and the signal.
struct ContextSpec {
  std::string_view name;
  std::string_view description;
  std::span<const std::string_view> numbers;  ///< what they are
  /// Appends `numbers.size()` values for each place.
  void (*append)(const ContextSource& input, std::vector<float>& values);
  bool is_of_waves = false;  ///< computed from samples in mV, not only from where beats are
};

std::span<const ContextSpec> context_registry();

/// Whether one of the contexts is computed from samples in mV. @throws Error(usage) as context_size.
bool has_context_of_waves(const Preprocessing& preprocessing);

/// How many numbers stand beside each beat.
/// @throws Error(usage) for a context that does not exist, listing the valid ones.
int context_size(const Preprocessing& preprocessing);

/// The shape that a model with this preprocessing and these classes has. @throws Error(usage) as context_size.
ModelShape shape_of(const Preprocessing& preprocessing);

/// Fills `set.context` for the rows from `first_row` on, which are beats of `record`.
/// @throws Error(usage) as context_size; Error(data) if a row is none of `beats`.
void append_context(BeatSet& set, std::size_t first_row, const Record& record, std::span<const std::int64_t> beats,
                    const Preprocessing& preprocessing);

}  // namespace beatbench
