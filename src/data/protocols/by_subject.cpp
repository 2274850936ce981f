#include "data/protocols/by_subject.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "beatbench/core/error.h"
#include "beatbench/core/random.h"
#include "beatbench/core/text.h"

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

// Subjects in their order as long as their records bring the number nearer to the one wanted; at least one, of those
// with the fewest records the first.
Names take_subjects(const Names& order, const std::map<std::string, Names>& records_of_subject, std::size_t wanted) {
  Names taken;
  for (const std::string& subject : order) {
    const Names& own = records_of_subject.at(subject);
    if (taken.size() + taken.size() + own.size() < wanted + wanted) taken.insert(taken.end(), own.begin(), own.end());
  }
  if (!taken.empty()) return taken;
  return records_of_subject.at(*std::ranges::min_element(
      order, {}, [&](const std::string& subject) { return records_of_subject.at(subject).size(); }));
}

Names choose_validation(const BeatSet& windows, const Database& database, const Names& training,
                        const SplitOptions& options) {
  if (options.validation_fraction == 0) return {};
  const auto counts = count_by_record(windows);
  const std::set<std::string> in_training(training.begin(), training.end());
  std::map<std::string, Names> records_of_subject;  // those that have beats
  std::size_t with_beats = 0;
  for (const RecordName& name : windows.records) {
    if (!in_training.contains(name.id) || !counts.contains(name.id)) continue;
    records_of_subject[name.subject].push_back(name.id);
    ++with_beats;
  }
  Names candidates;
  const auto is_kept = [&](const std::string& record) {
    return std::ranges::find(database.keep_in_training, record) != database.keep_in_training.end();
  };
  for (const auto& [subject, records] : records_of_subject) {
    if (std::ranges::none_of(records, is_kept)) candidates.push_back(subject);
  }
  if (candidates.empty() || records_of_subject.size() < 2) {
    throw Error(ErrorKind::data, "split by subject",
                "too few training subjects (" + std::to_string(candidates.size()) +
                    (candidates.size() < records_of_subject.size() ? " beside those that are kept for training" : "") +
                    ") to set some aside for validation");
  }
  const auto wanted = static_cast<std::size_t>(
      std::max(1L, std::lround(options.validation_fraction * static_cast<double>(with_beats))));

  Counts total;
  for (const auto& [subject, records] : records_of_subject) {
    for (const std::string& record : records) {
      for (const auto& [label, n] : counts.at(record)) total[label] += n;
    }
  }
  Names best;
  double best_imbalance = 0;
  for (std::uint64_t draw = 0; draw < 500; ++draw) {
    Names order = candidates;
    shuffle(order, derive_seed(options.seed, 0x76616c, draw));
    const Names records = take_subjects(order, records_of_subject, wanted);
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
