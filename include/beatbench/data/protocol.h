#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/option.h"
#include "beatbench/data/database.h"

namespace beatbench {

/// Of the training side, validation takes beats in protocols of beats, and else whole subjects, as nearly as they
/// allow.
struct SplitOptions {
  double test_fraction = 0.1;
  double validation_fraction = 0.1;
  int folds = 10;
  int fold = 1;
  std::uint64_t seed = 1;
};

/// See core/option.h.
template <class Options, class Visit>
void for_each_split_option(Options& o, Visit&& visit) {
  visit(o.test_fraction, OptionSpec{"test_fraction", "--test-fraction",
                                    "share of the beats for the test (protocol random)", above_to(0, 0.9)});
  visit(o.validation_fraction, OptionSpec{"validation_fraction", "--validation-fraction",
                                          "share of the training side, of its beats or its records, for validation",
                                          above_to(0, 0.5, "none, with --monitor last")});
  visit(o.folds, OptionSpec{"folds", "--folds", "how many (protocols k-fold and patient-k-fold)", from_to(2, 1000)});
  visit(o.fold, OptionSpec{"fold", "--fold", "the one that is tested, from 1 (protocols with folds)", at_least(1)});
  visit(o.seed, OptionSpec{"seed", ""});
}

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
