#include "data/protocols/by_subject.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "beatbench/core/error.h"
#include "beatbench/core/random.h"

namespace beatbench::protocols {
namespace {

using Counts = std::map<int, double>;  // beats of each class

std::map<std::string, Counts> count_by_record(const BeatSet& windows) {
  std::map<std::string, Counts> counts;
  for (const BeatRow& row : windows.rows) counts[windows.records[row.record].id][row.label] += 1;
  return counts;
}

// How far a choice of validation records is from holding the same share of every class: 0 is perfect.
double imbalance(const std::map<std::string, Counts>& counts, const Names& validation, const Counts& total,
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

Names choose_validation(const BeatSet& windows, const Database& database, const Names& training,
                        const SplitOptions& options) {
  if (options.validation_fraction == 0) return {};
  std::map<std::string, Names> records_of_subject;
  for (const std::string& record : training) {
    const bool kept = std::ranges::find(database.never_validation, record) != database.never_validation.end();
    if (!kept) records_of_subject[database.subject_of(record)].push_back(record);
  }
  Names candidates;
  for (const auto& [subject, records] : records_of_subject) candidates.push_back(subject);
  const auto wanted = static_cast<std::size_t>(
      std::max(1L, std::lround(options.validation_fraction * static_cast<double>(training.size()))));
  if (candidates.size() <= wanted) {
    throw Error(
        ErrorKind::data, "split by subject",
        "too few training subjects (" + std::to_string(candidates.size()) + ") to set some aside for validation");
  }

  const auto counts = count_by_record(windows);
  Counts total;
  for (const std::string& record : training) {
    const auto found = counts.find(record);
    if (found == counts.end()) continue;
    for (const auto& [label, n] : found->second) total[label] += n;
  }
  Names best;
  double best_imbalance = 0;
  for (std::uint64_t draw = 0; draw < 500; ++draw) {
    Names order = candidates;
    shuffle(order, derive_seed(options.seed, 0x76616c, draw));
    Names records;
    for (std::size_t i = 0; i < wanted; ++i) {
      const Names& own = records_of_subject[order[i]];
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

}  // namespace

std::map<std::string, Names> records_by_subject(const BeatSet& windows) {
  std::map<std::string, Names> records;
  for (const RecordName& name : windows.records) records[name.subject].push_back(name.id);
  return records;
}

std::string joined(const Names& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

Split split_by_subject(const BeatSet& windows, const Database& database, const Division& division,
                       const SplitOptions& options) {
  const Names validation = choose_validation(windows, database, division.training, options);
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
  split.notes = {database.division_note,
                 validation.empty() ? "no validation records" : "validation records: " + joined(validation)};
  return split;
}

}  // namespace beatbench::protocols
