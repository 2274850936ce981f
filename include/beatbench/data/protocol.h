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
  double validation_fraction = 0.1;  ///< of the training side: of its beats, or, in whole subjects, as nearly as they
                                     ///< allow, of its records that have beats; 0 (none) to 0.5
  int folds = 10;                    ///< of protocols with a free number of folds; 2 to 1000
  int fold = 1;                      ///< the one that is tested, from 1
  std::uint64_t seed = 1;
};

/// @throws Error(usage) naming what is out of range.
void validate(const SplitOptions& options);

/// Which rows of a data set serve for what. No row is in two lists; some may be in none.
struct Split {
  std::string protocol;
  bool by_beat = false;           ///< see ProtocolSpec
  bool intra_patient = false;     ///< drawn by beat, and beats of one subject stand on both sides
  bool patients_unknown = false;  ///< drawn by beat, and nothing tells whose the beats are (a CSV, images)
  std::vector<std::uint32_t> training, validation, test;
  std::vector<std::string> notes;  ///< what every report of this split must say
  std::string hash;                ///< of the three lists, by record and sample

  /// The protocol's name, with "(intra-patient)" or "(patients unknown)" where that is what it is.
  std::string label() const {
    return protocol + (intra_patient ? " (intra-patient)" : patients_unknown ? " (patients unknown)" : "");
  }
};

/// What training (with validation) and test have in common that they should not.
struct SplitOverlap {
  std::vector<std::string> subjects;  ///< on both sides
  std::size_t inputs = 0;             ///< rows of the test whose input equals one of the other side, bit for bit
};

/// Compares the sides of a split. Inputs that are the same number throughout (a lead that is off) do not count.
SplitOverlap find_split_overlap(const BeatSet& windows, const Split& split);

/// What is to be done about a leak. Whole recordings that are tested, and stand under another name on the other side,
/// are left out of that side, with a note that names them. Of beats, a protocol that draws beats, or a published
/// division that has the leak, gets a note that says it; a database's or user's division by patient is refused.
/// @throws Error(data) naming the subjects or the number of inputs that stand on both sides.
void guard_against_split_overlap(const BeatSet& windows, Split& split);

struct ProtocolSpec {
  std::string_view name;
  std::string_view description;
  Split (*make)(const BeatSet& windows, const Database& database, const SplitOptions& options);
  int (*count_folds)(const BeatSet& windows, const SplitOptions& options);  ///< nullptr: it has none
  bool by_beat = false;  ///< draws beats, whosoever they are; else it keeps subjects apart
};

std::span<const ProtocolSpec> protocol_registry();

/// In how many folds a protocol tests each beat once; 1 for one without folds.
/// @throws Error(usage) as make_split.
int count_folds(std::string_view protocol, const BeatSet& windows, const SplitOptions& options);

/// Splits a data set and checks the result: disjoint lists, none of them empty, and whether a subject stands on both
/// sides of training (with validation) and test, which alone makes a split intra-patient.
/// @throws Error(usage) for an unknown protocol, listing the valid names, or for fractions out of range;
/// Error(data) if a side is left without beats, or if subjects are to be kept apart and the data does not say whose its
/// beats are.
Split make_split(std::string_view protocol, const BeatSet& windows, const Database& database,
                 const SplitOptions& options);

}  // namespace beatbench
