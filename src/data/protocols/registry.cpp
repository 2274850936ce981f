#include <algorithm>
#include <array>
#include <set>
#include <string>

#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "core/table.h"
#include "data/protocols/protocols.h"

namespace beatbench {
namespace {

int free_folds(const BeatSet&, const SplitOptions& options) { return options.folds; }

constexpr std::array kProtocols = {
    ProtocolSpec{"random",
                 "beats at random, stratified by class; intra-patient where a subject's beats stand on both sides",
                 protocols::random, nullptr, true},
    ProtocolSpec{"k-fold", "each beat is tested in one of --folds folds, stratified by class; intra-patient likewise",
                 protocols::beat_folds, free_folds, true},
    ProtocolSpec{
        "inter-patient",
        "by subject: mitdb's DS1 for training and DS2 for the test, svdb's even and odd records; whole subjects "
        "for validation",
        protocols::inter_patient, nullptr},
    ProtocolSpec{"inter-patient-leak-free",
                 "the same, without the training records whose subject is tested: mitdb's 201",
                 protocols::inter_patient_leak_free, nullptr},
    ProtocolSpec{"patient-k-fold", "each subject is tested in one of --folds folds", protocols::patient_folds,
                 free_folds},
    ProtocolSpec{"leave-one-patient-out", "each subject is a fold of its own", protocols::leave_one_patient_out,
                 protocols::count_subjects},
    ProtocolSpec{"published-folds", "the ten folds that a database was published in: PTB-XL's strat_fold",
                 protocols::published_folds, protocols::count_published_folds},
};

const ProtocolSpec& require_protocol(std::string_view name) {
  return require_row(kProtocols, name, "protocol", "protocol");
}

std::string hash_of(const BeatSet& windows, const Split& split) {
  std::string text;
  for (const auto* list : {&split.training, &split.validation, &split.test}) {
    for (const std::uint32_t row : *list) {
      text += windows.records[windows.rows[row].record].id + ":" + std::to_string(windows.rows[row].sample) + ",";
    }
    text += "\n";
  }
  return content_hash(text);
}

void check_split(const BeatSet& windows, const Split& split, const SplitOptions& options) {
  std::vector<bool> seen(windows.size(), false);
  for (const auto& [name, list] :
       {std::pair{"training", &split.training}, {"validation", &split.validation}, {"test", &split.test}}) {
    const std::string where = "protocol " + split.protocol;
    const bool may_be_empty = list == &split.validation && options.validation_fraction == 0;
    if (list->empty() && !may_be_empty) throw Error(ErrorKind::data, where, std::string("no beat is left for ") + name);
    for (const std::uint32_t row : *list) {
      if (seen.at(row)) throw Error(ErrorKind::data, where, "a beat is in two parts of the split");
      seen[row] = true;
    }
  }
}

bool has_shared_subject(const BeatSet& windows, const Split& split) {
  std::set<std::string_view> others;
  for (const auto* rows : {&split.training, &split.validation}) {
    for (const std::uint32_t row : *rows) others.insert(windows.records[windows.rows[row].record].subject);
  }
  return std::ranges::any_of(split.test, [&](std::uint32_t row) {
    return others.contains(windows.records[windows.rows[row].record].subject);
  });
}

// Whether rows are of recordings that nothing tells of: a CSV, or images without a record in their names, which are
// loaded as one record of the data's own name.
bool tells_no_record(const BeatSet& windows, const Database& database) {
  const bool is_prepared = database.form == DataForm::images || database.form == DataForm::windows;
  return is_prepared && windows.records.size() == 1 && windows.records.front().id == database.name;
}

// What is true of a split of beats is looked up in it, not taken from its protocol: where each recording has one beat,
// none has beats on both sides.
void say_whose_beats(const BeatSet& windows, const Database& database, Split& split) {
  split.patients_unknown = tells_no_record(windows, database);
  split.intra_patient = !split.patients_unknown && has_shared_subject(windows, split);
  const bool is_assumed = database.subjects_of.empty() && database.subjects.empty();
  split.notes.insert(
      split.notes.begin(),
      split.intra_patient
          ? "beats of one patient stand on both sides of this split: its figures do not carry over to new patients"
      : split.patients_unknown
          ? "the data does not say whose its beats are: those of one patient may stand on both sides of this split, "
            "whose figures may then not carry over to new patients"
          : std::string("drawn beat by beat, but no subject has beats on both sides of this split") +
                (is_assumed ? "; each recording is taken to be a subject of its own" : ""));
}

void check_fold(const ProtocolSpec& spec, const BeatSet& windows, const SplitOptions& options) {
  const int folds = spec.count_folds ? spec.count_folds(windows, options) : 1;
  if (options.fold >= 1 && options.fold <= folds) return;
  throw Error(ErrorKind::usage, "fold",
              std::to_string(options.fold) + " is not valid; protocol " + std::string(spec.name) + " has " +
                  (folds == 1 ? "no folds" : "folds 1 to " + std::to_string(folds) + " here"));
}

}  // namespace

void validate(const SplitOptions& options) {
  for_each_split_option(options, [](const auto& value, const OptionSpec& spec) { check_option(value, spec); });
}

std::span<const ProtocolSpec> protocol_registry() { return kProtocols; }

int count_folds(std::string_view protocol, const BeatSet& windows, const SplitOptions& options) {
  const ProtocolSpec& spec = require_protocol(protocol);
  validate(options);
  return spec.count_folds ? spec.count_folds(windows, options) : 1;
}

Split make_split(std::string_view protocol, const BeatSet& windows, const Database& database,
                 const SplitOptions& options) {
  const ProtocolSpec& spec = require_protocol(protocol);
  validate(options);
  if (!spec.by_beat && tells_no_record(windows, database)) {
    throw Error(ErrorKind::data, "protocol " + std::string(protocol),
                "keeps subjects apart, but " + database.name + " does not say whose its beats are");
  }
  check_fold(spec, windows, options);
  Split split = spec.make(windows, database, options);
  split.protocol = spec.name;
  split.by_beat = spec.by_beat;
  check_split(windows, split, options);
  if (split.by_beat) say_whose_beats(windows, database, split);
  guard_against_split_overlap(windows, split);
  if (database.realign_marks)
    split.notes.emplace_back(
        "marks of beats were moved to their R peaks, the largest deflection of 5 to 25 Hz within 80 ms");
  split.hash = hash_of(windows, split);
  return split;
}

}  // namespace beatbench
