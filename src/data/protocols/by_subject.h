#pragma once

#include <map>
#include <string>
#include <vector>

#include "beatbench/data/protocol.h"

namespace beatbench::protocols {

using Names = std::vector<std::string>;

/// The records of each subject of a data set, by the subject's name.
std::map<std::string, Names> records_by_subject(const BeatSet& windows);

std::string joined(const Names& names);

/// Which records a protocol trains on and which it tests.
struct Division {
  Names training, test;
};

/// The rows of a division. Whole subjects of its training side are set aside for validation: those that, of 500 seeded
/// draws, come nearest to holding the same share of every class. Only the training side's own labels count.
/// @throws Error(data) if too few subjects are left for training.
Split split_by_subject(const BeatSet& windows, const Database& database, const Division& division,
                       const SplitOptions& options);

}  // namespace beatbench::protocols
