#include <algorithm>
#include <array>
#include <set>

#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "data/protocols/protocols.h"

namespace beatbench {
namespace {

constexpr std::array kProtocols = {
    ProtocolSpec{"random", "beats at random, stratified by class; intra-patient: a subject's beats stand on both sides",
                 protocols::random},
    ProtocolSpec{"inter-patient",
                 "by subject: mitdb's DS1 for training and DS2 for the test; whole records for validation",
                 protocols::inter_patient},
    ProtocolSpec{"inter-patient-leak-free",
                 "the same, without the training records whose subject is tested: mitdb's 201",
                 protocols::inter_patient_leak_free},
};

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

std::set<std::string> subjects_of(const BeatSet& windows, const std::vector<std::uint32_t>& rows) {
  std::set<std::string> subjects;
  for (const std::uint32_t row : rows) subjects.insert(windows.records[windows.rows[row].record].subject);
  return subjects;
}

void check_split(const BeatSet& windows, const Split& split) {
  std::vector<bool> seen(windows.size(), false);
  for (const auto& [name, list] :
       {std::pair{"training", &split.training}, {"validation", &split.validation}, {"test", &split.test}}) {
    const std::string where = "protocol " + split.protocol;
    if (list->empty()) throw Error(ErrorKind::data, where, std::string("no beat is left for ") + name);
    for (const std::uint32_t row : *list) {
      if (seen.at(row)) throw Error(ErrorKind::data, where, "a beat is in two parts of the split");
      seen[row] = true;
    }
  }
}

void note_shared_subjects(const BeatSet& windows, Split& split) {
  if (split.intra_patient) return;
  std::set<std::string> training = subjects_of(windows, split.training);
  training.merge(subjects_of(windows, split.validation));
  const std::set<std::string> test = subjects_of(windows, split.test);
  std::string shared;
  for (const std::string& subject : test) {
    if (training.contains(subject)) shared += (shared.empty() ? "" : ", ") + subject;
  }
  if (!shared.empty())
    split.notes.push_back("leak: subjects on both sides of training (with validation) and test: " + shared);
}

}  // namespace

void validate(const SplitOptions& options) {
  const auto require = [](const std::string& name, double found, double most) {
    if (found > 0 && found <= most) return;
    throw Error(ErrorKind::usage, name + " fraction",
                number_text(found) + " is not valid; allowed: above 0, at most " + number_text(most));
  };
  require("test", options.test_fraction, 0.9);
  require("validation", options.validation_fraction, 0.5);
}

std::span<const ProtocolSpec> protocol_registry() { return kProtocols; }

Split make_split(std::string_view protocol, const BeatSet& windows, const Database& database,
                 const SplitOptions& options) {
  const auto* spec = std::ranges::find(kProtocols, protocol, &ProtocolSpec::name);
  if (spec == kProtocols.end()) {
    std::string valid;
    for (const ProtocolSpec& row : kProtocols) valid += (valid.empty() ? "" : ", ") + std::string(row.name);
    throw Error(ErrorKind::usage, "protocol", "there is no protocol '" + std::string(protocol) + "'; valid: " + valid);
  }
  validate(options);
  Split split = spec->make(windows, database, options);
  split.protocol = spec->name;
  check_split(windows, split);
  note_shared_subjects(windows, split);
  split.hash = hash_of(windows, split);
  return split;
}

}  // namespace beatbench
