#include "beatbench/core/random.h"
#include "beatbench/core/text.h"
#include "data/protocols/by_subject.h"
#include "data/protocols/protocols.h"

namespace beatbench::protocols {
namespace {

// `fold_of` says for the subject at each place of a list of subjects in which fold, from 1, it is tested.
Split test_one_fold(const BeatSet& windows, const Database& database, const SplitOptions& options, int folds,
                    const std::vector<std::pair<std::string, int>>& fold_of) {
  const std::map<std::string, Names> records_of_subject = records_by_subject(windows);
  Division division;
  for (const auto& [subject, fold] : fold_of) {
    auto& side = fold == options.fold ? division.test : division.training;
    const Names& records = records_of_subject.at(subject);
    side.insert(side.end(), records.begin(), records.end());
  }
  Split split = split_by_subject(windows, database, division, options);
  split.notes.front() = "every record of the database, also those that its own division leaves out";
  split.notes.push_back("fold " + std::to_string(options.fold) + " of " + std::to_string(folds) +
                        ", test records: " + joined(division.test));
  return split;
}

Names subjects_of(const BeatSet& windows) {
  Names subjects;
  for (const auto& [subject, records] : records_by_subject(windows)) subjects.push_back(subject);
  return subjects;
}

}  // namespace

int count_subjects(const BeatSet& windows, const SplitOptions&) {
  return static_cast<int>(subjects_of(windows).size());
}

Split patient_folds(const BeatSet& windows, const Database& database, const SplitOptions& options) {
  Names subjects = subjects_of(windows);
  shuffle(subjects, derive_seed(options.seed, 0x70666f6c6473));
  std::vector<std::pair<std::string, int>> fold_of;
  for (const std::string& subject : subjects)
    fold_of.emplace_back(subject, static_cast<int>(fold_of.size()) % options.folds + 1);
  return test_one_fold(windows, database, options, options.folds, fold_of);
}

Split leave_one_patient_out(const BeatSet& windows, const Database& database, const SplitOptions& options) {
  std::vector<std::pair<std::string, int>> fold_of;
  for (const std::string& subject : subjects_of(windows))
    fold_of.emplace_back(subject, static_cast<int>(fold_of.size()) + 1);
  return test_one_fold(windows, database, options, static_cast<int>(fold_of.size()), fold_of);
}

}  // namespace beatbench::protocols
