#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include "beatbench/core/error.h"
#include "beatbench/core/random.h"
#include "data/protocols/protocols.h"

namespace beatbench::protocols {
namespace {

using Subjects = std::vector<std::string>;
using Counts = std::map<int, double>;  // beats of each class

struct Division {
  Subjects training, test;
};

Subjects subjects_of_records(const BeatSet& windows, const Subjects& records) {
  Subjects out;
  for (const RecordName& name : windows.records) {
    if (std::ranges::find(records, name.id) != records.end() && std::ranges::find(out, name.id) == out.end()) {
      out.push_back(name.id);
    }
  }
  return out;
}

// The database's own division, by record; where it has none, a test half drawn by subject.
Division divide(const BeatSet& windows, const Database& database, std::uint64_t seed) {
  if (!database.training_records.empty()) {
    return {subjects_of_records(windows, database.training_records),
            subjects_of_records(windows, database.test_records)};
  }
  std::map<std::string, Subjects> records_of_subject;
  for (const RecordName& name : windows.records) records_of_subject[name.subject].push_back(name.id);
  Subjects subjects;
  for (const auto& [subject, records] : records_of_subject) subjects.push_back(subject);
  if (subjects.size() < 3) {
    throw Error(ErrorKind::data, "protocol inter-patient",
                "needs at least 3 subjects; the data has " + std::to_string(subjects.size()));
  }
  shuffle(subjects, derive_seed(seed, 0x746573743a));
  Division division;
  for (std::size_t i = 0; i < subjects.size(); ++i) {
    auto& side = i < subjects.size() / 2 ? division.test : division.training;
    const Subjects& records = records_of_subject[subjects[i]];
    side.insert(side.end(), records.begin(), records.end());
  }
  return division;
}

std::map<std::string, Counts> count_by_record(const BeatSet& windows) {
  std::map<std::string, Counts> counts;
  for (const BeatRow& row : windows.rows) counts[windows.records[row.record].id][row.label] += 1;
  return counts;
}

// How far a choice of validation records is from holding the same share of every class: 0 is perfect.
double imbalance(const std::map<std::string, Counts>& counts, const Subjects& validation, const Counts& total,
                 double share) {
  Counts held;
  for (const std::string& record : validation) {
    const auto found = counts.find(record);
    if (found == counts.end()) continue;
    for (const auto& [label, n] : found->second) held[label] += n;
  }
  double sum = 0;
  for (const auto& [label, n] : total) {
    if (n < 20) continue;  // too few beats to say anything by
    sum += std::abs(std::log((held[label] + 1) / (share * n + 1)));
  }
  return sum;
}

// Whole subjects for validation: the best balanced of 500 seeded draws. Only the training side's own labels count.
Subjects choose_validation(const BeatSet& windows, const Database& database, const Subjects& training,
                           const SplitOptions& options) {
  std::map<std::string, Subjects> records_of_subject;
  for (const std::string& record : training) {
    const bool kept = std::ranges::find(database.never_validation, record) != database.never_validation.end();
    if (!kept) records_of_subject[database.subject_of(record)].push_back(record);
  }
  Subjects candidates;
  for (const auto& [subject, records] : records_of_subject) candidates.push_back(subject);
  const auto wanted = static_cast<std::size_t>(
      std::max(1L, std::lround(options.validation_fraction * static_cast<double>(training.size()))));
  if (candidates.size() <= wanted) {
    throw Error(
        ErrorKind::data, "protocol inter-patient",
        "too few training subjects (" + std::to_string(candidates.size()) + ") to set some aside for validation");
  }

  const auto counts = count_by_record(windows);
  Counts total;
  for (const std::string& record : training) {
    const auto found = counts.find(record);
    if (found == counts.end()) continue;
    for (const auto& [label, n] : found->second) total[label] += n;
  }
  Subjects best;
  double best_imbalance = 0;
  for (std::uint64_t draw = 0; draw < 500; ++draw) {
    Subjects order = candidates;
    shuffle(order, derive_seed(options.seed, 0x76616c, draw));
    Subjects records;
    for (std::size_t i = 0; i < wanted; ++i) {
      const Subjects& own = records_of_subject[order[i]];
      records.insert(records.end(), own.begin(), own.end());
    }
    const double now = imbalance(counts, records, total, options.validation_fraction);
    if (best.empty() || now < best_imbalance) {
      best = records;
      best_imbalance = now;
    }
  }
  std::ranges::sort(best);
  return best;
}

// Leaves out the training records whose subject has a record in the test; returns them.
Subjects drop_shared_subjects(Division& division, const Database& database) {
  std::set<std::string> tested;
  for (const std::string& record : division.test) tested.insert(database.subject_of(record));
  Subjects dropped;
  std::erase_if(division.training, [&](const std::string& record) {
    const bool is_shared = tested.contains(database.subject_of(record));
    if (is_shared) dropped.push_back(record);
    return is_shared;
  });
  return dropped;
}

std::string joined(const Subjects& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Split split_of(const BeatSet& windows, const Database& database, const Division& division,
               const SplitOptions& options) {
  const Subjects validation = choose_validation(windows, database, division.training, options);
  const std::set<std::string> in_validation(validation.begin(), validation.end());
  const std::set<std::string> in_training(division.training.begin(), division.training.end());
  const std::set<std::string> in_test(division.test.begin(), division.test.end());

  Split split;
  for (std::uint32_t row = 0; row < windows.size(); ++row) {
    const std::string& record = windows.records[windows.rows[row].record].id;
    if (in_validation.contains(record))
      split.validation.push_back(row);
    else if (in_training.contains(record))
      split.training.push_back(row);
    else if (in_test.contains(record))
      split.test.push_back(row);
  }
  split.notes = {database.division_note, "validation records: " + joined(validation)};
  return split;
}

}  // namespace

Split inter_patient(const BeatSet& windows, const Database& database, const SplitOptions& options) {
  return split_of(windows, database, divide(windows, database, options.seed), options);
}

Split inter_patient_leak_free(const BeatSet& windows, const Database& database, const SplitOptions& options) {
  Division division = divide(windows, database, options.seed);
  const Subjects dropped = drop_shared_subjects(division, database);
  Split split = split_of(windows, database, division, options);
  if (!dropped.empty()) {
    split.notes.push_back("left out of training, because their subjects are tested: " + joined(dropped));
  }
  return split;
}

}  // namespace beatbench::protocols
