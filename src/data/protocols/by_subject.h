#pragma once

#include <map>
#include <string>
#include <vector>

#include "beatbench/data/protocol.h"

namespace beatbench::protocols {

using Names = std::vector<std::string>;

/// The records of each subject of a data set, by the subject's name.
std::map<std::string, Names> records_by_subject(const BeatSet& windows);

/// Which records a protocol trains on and which it tests.
struct Division {
  Names training, test;
};

/// The rows of a division. Whole subjects of its training side are set aside for validation, with as many records (that
/// have beats) as the share asked for, or the number nearest to it that whole subjects in the order of a draw come to:
/// those that, of 500 seeded draws, come nearest to holding the same share of every class. Only the training side's own
/// labels count. A subject with a record that is never to validate stays in training.
/// @throws Error(data) if no subject can be set aside, or none would be left for training.
Split split_by_subject(const BeatSet& windows, const Database& database, const Division& division,
                       const SplitOptions& options);

}  // namespace beatbench::protocols
