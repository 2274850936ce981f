#include <algorithm>
#include <set>
#include <string>

#include "beatbench/core/error.h"
#include "beatbench/core/random.h"
#include "beatbench/core/text.h"
#include "data/protocols/by_subject.h"
#include "data/protocols/protocols.h"

namespace beatbench::protocols {
namespace {

Names subjects_of_records(const BeatSet& windows, const Names& records) {
  Names out;
  for (const RecordName& name : windows.records) {
    if (std::ranges::find(records, name.id) != records.end() && std::ranges::find(out, name.id) == out.end()) {
      out.push_back(name.id);
    }
  }
  return out;
}

// The database's own division, by record; where it has none, a test half drawn by subject.
Division divide(const BeatSet& windows, const Database& database, const SplitOptions& options) {
  if (!database.training_records.empty()) {
    return {subjects_of_records(windows, database.training_records),
            subjects_of_records(windows, database.test_records)};
  }
  std::map<std::string, Names> records_of_subject = records_by_subject(windows);
  Names subjects;
  for (const auto& [subject, records] : records_of_subject) subjects.push_back(subject);
  const std::size_t least = options.validation_fraction > 0 ? 3 : 2;
  if (subjects.size() < least) {
    throw Error(ErrorKind::data, "protocol inter-patient",
                "needs at least " + std::to_string(least) + " subjects" + (least == 3 ? "" : " without validation") +
                    "; the data has " + std::to_string(subjects.size()));
  }
  shuffle(subjects, derive_seed(options.seed, 0x746573743a));
  Division division;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    auto& side = i < subjects.size() / 2 ? division.test : division.training;
    const Names& records = records_of_subject[subjects[i]];
    side.insert(side.end(), records.begin(), records.end());
  }
  return division;
}

// Leaves out the training records whose subject has a record in the test; returns them.
Names drop_shared_subjects(Division& division, const Database& database) {
  std::set<std::string> tested;
  for (const std::string& record : division.test) tested.insert(database.subject_of(record));
  Names dropped;
  std::erase_if(division.training, [&](const std::string& record) {
    const bool is_shared = tested.contains(database.subject_of(record));
    if (is_shared) dropped.push_back(record);
    return is_shared;
  });
  return dropped;
}

}  // namespace

Split inter_patient(const BeatSet& windows, const Database& database, const SplitOptions& options) {
  return split_by_subject(windows, database, divide(windows, database, options), options);
}

Split inter_patient_leak_free(const BeatSet& windows, const Database& database, const SplitOptions& options) {
  Division division = divide(windows, database, options);
  const Names dropped = drop_shared_subjects(division, database);
  Split split = split_by_subject(windows, database, division, options);
  if (!dropped.empty()) {
    split.notes.push_back("left out of training, because their subjects are tested: " + joined(dropped));
  }
  return split;
}

}  // namespace beatbench::protocols
