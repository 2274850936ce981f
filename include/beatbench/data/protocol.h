#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/data/database.h"

namespace beatbench {

struct SplitOptions {
  double test_fraction = 0.1;        ///< of the beats, for beat-wise protocols; above 0, at most 0.9
  double validation_fraction = 0.1;  ///< of the training side: of its beats, or of its subjects; above 0, at most 0.5
  std::uint64_t seed = 1;
};

/// @throws Error(usage) naming the fraction that is out of range.
void validate(const SplitOptions& options);

/// Which rows of a data set serve for what. No row is in two lists; some may be in none.
struct Split {
  std::string protocol;
  bool intra_patient = false;  ///< beats of one subject stand on both sides
  std::vector<std::uint32_t> training, validation, test;
  std::vector<std::string> notes;  ///< what every report of this split must say
  std::string hash;                ///< of the three lists, by record and sample

  /// The protocol's name, with "(intra-patient)" where that is what it is.
  std::string label() const { return intra_patient ? protocol + " (intra-patient)" : protocol; }
};

struct ProtocolSpec {
  std::string_view name;
  std::string_view description;
  Split (*make)(const BeatSet& windows, const Database& database, const SplitOptions& options);
};

std::span<const ProtocolSpec> protocol_registry();

/// Splits a data set and checks the result: disjoint lists, none of them empty, and whether a subject stands on both
/// sides of training and test.
/// @throws Error(usage) for an unknown protocol, listing the valid names, or for fractions out of range;
/// Error(data) if a side is left without beats.
Split make_split(std::string_view protocol, const BeatSet& windows, const Database& database,
                 const SplitOptions& options);

}  // namespace beatbench
