#include <algorithm>
#include <set>
#include <unordered_set>

#include "beatbench/core/error.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/text.h"
#include "beatbench/data/protocol.h"
#include "data/protocols/by_subject.h"

namespace beatbench {
namespace {

std::set<std::string> subjects_of(const BeatSet& windows, const std::vector<std::uint32_t>& rows) {
  std::set<std::string> subjects;
  for (const std::uint32_t row : rows) subjects.insert(windows.records[windows.rows[row].record].subject);
  return subjects;
}

template <typename T>
bool is_level(std::span<const T> values) {
  return std::ranges::all_of(values, [&](T value) { return value == values.front(); });
}

// A level line: the same for every recording whose lead is off.
bool shows_nothing(const BeatSet& set, std::size_t row) {
  if (set.shape.image_size == 0) return is_level(set.window(row));
  const auto side = static_cast<std::size_t>(set.shape.image_size);
  for (std::size_t line = 0; line < side; ++line) {
    if (!is_level(set.image(row).subspan(line * side, side))) return false;
  }
  return true;
}

// Empty where the input shows nothing.
std::string hash_of_input(const BeatSet& set, std::uint32_t row) {
  if (set.read_input) return set.records[set.rows[row].record].signal_hash;
  if (shows_nothing(set, row)) return "";
  const auto bytes = set.shape.image_size > 0 ? std::as_bytes(set.image(row)) : std::as_bytes(set.window(row));
  return content_hash({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

// A split that grows is looked at again.
void note_once(Split& split, const std::string& text) {
  if (std::ranges::find(split.notes, text) == split.notes.end()) split.notes.push_back(text);
}

// Whole recordings that stand in the data twice, as some of PTB-XL do, under two patients: those of the other side than
// the test are left out, and named.
void leave_out_copies(const BeatSet& windows, Split& split) {
  std::unordered_set<std::string> tested;
  for (const std::uint32_t row : split.test) tested.insert(windows.records[windows.rows[row].record].signal_hash);
  tested.erase("");
  std::string names;
  for (auto* rows : {&split.training, &split.validation}) {
    const bool was_empty = rows->empty();
    std::erase_if(*rows, [&](std::uint32_t row) {
      const RecordName& record = windows.records[windows.rows[row].record];
      const bool is_copy = tested.contains(record.signal_hash);
      if (is_copy) add_word(names, record.id);
      return is_copy;
    });
    if (rows->empty() && !was_empty) {
      throw Error(ErrorKind::data, "protocol " + split.protocol,
                  std::string("no recording is left for ") + (rows == &split.training ? "training" : "validation") +
                      ": all are tested, under other names");
    }
  }
  if (!names.empty())
    note_once(split, "left out of training and validation, because the same recordings are tested under other names: " +
                         names);
}

}  // namespace

SplitOverlap find_split_overlap(const BeatSet& windows, const Split& split) {
  SplitOverlap leak;
  std::set<std::string> training = subjects_of(windows, split.training);
  training.merge(subjects_of(windows, split.validation));
  for (const std::string& subject : subjects_of(windows, split.test)) {
    if (training.contains(subject)) leak.subjects.push_back(subject);
  }
  if (!windows.has_inputs()) return leak;  // labels alone
  std::unordered_set<std::string> seen;
  for (const auto* rows : {&split.training, &split.validation}) {
    for (const std::uint32_t row : *rows) seen.insert(hash_of_input(windows, row));
  }
  seen.erase("");
  leak.inputs = static_cast<std::size_t>(
      std::ranges::count_if(split.test, [&](std::uint32_t row) { return seen.contains(hash_of_input(windows, row)); }));
  return leak;
}

void guard_against_split_overlap(const BeatSet& windows, Split& split) {
  leave_out_copies(windows, split);
  const SplitOverlap leak = find_split_overlap(windows, split);
  if (!split.intra_patient && !split.patients_unknown && !leak.subjects.empty()) {
    note_once(split, "leak: subjects on both sides of training (with validation) and test: " + joined(leak.subjects));
  }
  if (leak.inputs == 0) return;
  const std::string count = std::to_string(leak.inputs) + " of " + std::to_string(split.test.size()) +
                            " test beats are the same, sample by sample, as one of training or validation";
  if (!split.by_beat) {
    throw Error(ErrorKind::data, "protocol " + split.protocol,
                count + "; is a recording there twice, under two names? A database says whose its records are");
  }
  note_once(split, "leak: " + count);
}

}  // namespace beatbench
