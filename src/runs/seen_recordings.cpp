#include "runs/seen_recordings.h"

#include <algorithm>
#include <iterator>
#include <set>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "beatbench/runtime/model_file.h"
#include "beatbench/runtime/torch_backend.h"
#include "runtime/saved_states.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

// The name of the recordings that a data set is made of.
std::string source_name(const Dataset& dataset, const Database& database) {
  return database.prepared ? database.prepared->dataset : dataset.name;
}

// Beats that were made elsewhere, and do not say from which recordings.
bool has_unknown_source(const Database& database) {
  return (database.form == DataForm::images || database.form == DataForm::windows) && !database.prepared;
}

std::string text_of(const SeenRecording& seen) {
  return seen.database + "/" + seen.record + (seen.through.empty() ? "" : ", " + seen.through);
}

// How the database of a seen recording and that of a data set are related.
struct OfDatabase {
  bool is_same = false;
  bool shares_subjects = false;
  bool names_tell = false;  // both are known databases, whose recordings have names of their own
};

std::vector<OfDatabase> of_database(const std::vector<SeenRecording>& seen, const std::string& source) {
  std::vector<OfDatabase> out;
  for (const SeenRecording& one : seen) {
    out.push_back({one.database == source, share_subjects(one.database, source),
                   is_known_database(one.database) && is_known_database(source)});
  }
  return out;
}

}  // namespace

std::optional<std::vector<SeenRecording>> recordings_seen_by(const RunOptions& run, const RunData& data,
                                                             const Split& split,
                                                             const std::optional<Provenance>& begun_from) {
  const bool is_unknown = has_unknown_source(data.database) || (data.extra && has_unknown_source(*data.extra));
  if (is_unknown || (begun_from && !begun_from->seen)) return std::nullopt;
  if (!run.training.transfer.init_from.empty() && !begun_from) return std::nullopt;
  const BeatSet& beats = data.dataset.windows;
  std::set<std::uint32_t> records;
  for (const auto* rows : {&split.training, &split.validation}) {
    for (const std::uint32_t row : *rows) records.insert(beats.rows[row].record);
  }
  std::vector<SeenRecording> seen;
  for (const std::uint32_t index : records) {
    const RecordName& record = beats.records[index];
    SeenRecording one{source_name(data.dataset, data.database), record.id, record.subject, "", record.blocks};
    if (index >= data.own_records) {  // "extra:svdb/800"
      const std::string prefix = "extra:" + data.extra_name + "/";
      one.database = data.extra->prepared ? data.extra->prepared->dataset : data.extra_name;
      one.record = record.id.substr(prefix.size());
      if (one.subject.starts_with(prefix)) one.subject.erase(0, prefix.size());
      one.through = "extra training";
    }
    seen.push_back(std::move(one));
  }
  if (!begun_from) return seen;
  for (SeenRecording before : *begun_from->seen) {
    if (!before.is_inherited()) before.through = "begun from " + run.training.transfer.init_from;
    seen.push_back(std::move(before));
  }
  return seen;
}

std::vector<std::string> SeenThere::names() const {
  std::vector<std::string> names;
  std::ranges::copy_if(as, std::back_inserter(names), [](const std::string& name) { return !name.empty(); });
  return names;
}

SeenThere seen_in(const Dataset& dataset, const Database& database, const Provenance& provenance, bool beside_own) {
  SeenThere there;
  const std::vector<RecordName>& records = dataset.windows.records;
  there.as.assign(records.size(), "");
  there.is_comparable.assign(records.size(), true);
  there.is_known = provenance.seen.has_value() && !has_unknown_source(database);
  if (!there.is_known) return there;
  const std::string source = source_name(dataset, database);
  const std::vector<OfDatabase> of = of_database(*provenance.seen, source);
  std::vector<bool> are_found(provenance.seen->size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    const RecordName& record = records[i];
    are_found.assign(are_found.size(), false);
    for (const std::size_t s : record.seen) are_found[s] = true;
    for (std::size_t s = 0; s < provenance.seen->size() && there.as[i].empty(); ++s) {
      const SeenRecording& seen = (*provenance.seen)[s];
      if (beside_own && seen.through.empty()) continue;
      // Where both sides know their stretches, a name says nothing: simulated records have the same ones every time.
      const bool both_know = !record.blocks.hashes.empty() && !seen.blocks.hashes.empty();
      const bool is_same = are_found[s] || (!both_know && of[s].is_same && seen.record == record.id) ||
                           (of[s].shares_subjects && seen.subject == record.subject);
      if (!is_same) {
        there.is_comparable[i] = there.is_comparable[i] && (both_know || of[s].names_tell);
        continue;
      }
      const bool is_plain = of[s].is_same && seen.record == record.id && seen.through.empty();
      there.as[i] = is_plain ? record.id : record.id + " (" + text_of(seen) + ")";
    }
  }
  return there;
}

UnseenRows without_seen(const SeenThere& there, const Dataset& labels, std::span<const BeatRow> rows) {
  UnseenRows out;
  std::set<std::uint32_t> seen, unknown, all;
  for (const BeatRow& row : rows) {
    all.insert(row.record);
    if (!there.as[row.record].empty()) {
      seen.insert(row.record);
      continue;
    }
    if (!there.is_comparable[row.record]) unknown.insert(row.record);
    out.rows.push_back(row);
  }
  for (const std::uint32_t record : seen) out.names.push_back(there.as[record]);
  out.all_seen = out.rows.empty() && !rows.empty();
  if (out.all_seen) {
    out.rows.assign(rows.begin(), rows.end());
    out.claim = "recordings that the model was trained on";
    out.note = labels.name + ": the model was trained on all of these recordings: " + joined(out.names);
    return out;
  }
  if (!seen.empty()) {
    out.note = labels.name + ": " + std::to_string(seen.size()) + " of " + std::to_string(all.size()) +
               " recordings are left out, because the model was trained on them: " + joined(out.names);
  }
  out.claim = unknown.empty() ? "the model has seen none of these recordings"
                              : "whether the model was trained on " + std::to_string(unknown.size()) + " of the " +
                                    std::to_string(all.size() - seen.size()) + " recordings cannot be told";
  return out;
}

std::vector<std::string> seen_as(const Record& record, const SeenIndex& index, const Provenance& provenance) {
  std::vector<std::string> names;
  if (!provenance.seen) return names;
  for (const std::size_t s : index.find_in(record)) names.push_back(text_of((*provenance.seen)[s]));
  return names;
}

std::string transfer_note(const RunOptions& run, const RunData& data, const Split& split) {
  std::string text = "begun with the weights of " + run.training.transfer.init_from;
  if (!data.begun_from) return text + ", which are no longer there";
  if (!data.begun_from->dataset.empty())
    text += " (" + data.begun_from->dataset + ", " + data.begun_from->protocol + ")";
  if (!data.begun_from->seen) return text + "; which recordings those were trained on is not known";
  const SeenThere there = seen_in(data.dataset, data.database, *data.begun_from);
  if (!there.is_known) return text + "; whether those were trained on tested recordings cannot be told";
  std::set<std::string> tested, unknown;
  for (const std::uint32_t row : split.test) {
    const std::uint32_t record = data.dataset.windows.rows[row].record;
    const std::string& id = data.dataset.windows.records[record].id;
    if (!there.as[record].empty())
      tested.insert(id);
    else if (!there.is_comparable[record])
      unknown.insert(id);
  }
  if (tested.empty() && !unknown.empty()) {
    return text + "; whether those were trained on " + std::to_string(unknown.size()) +
           " of the tested recordings cannot be told";
  }
  if (tested.empty()) return text + "; none of the tested recordings is among those that they were trained on";
  return text + "; leak: those were trained on " + std::to_string(tested.size()) +
         " of the tested recordings: " + joined(tested);
}

namespace {

// What the weights had seen that a run began with: it stands in its own states, whatever has become of those weights.
std::optional<Provenance> inherited_provenance(const fs::path& folder) {
  std::vector<fs::path> folders = {folder};  // of a series: those of its runs
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored)) {
    if (entry.is_directory(ignored)) folders.push_back(entry.path());
  }
  for (const fs::path& of_run : folders) {
    for (const fs::path& state : saved_states(of_run / "checkpoints")) {
      try {
        Provenance before = torch_backend().describe_checkpoint(state).provenance;
        if (before.seen) std::erase_if(*before.seen, [](const SeenRecording& one) { return !one.is_inherited(); });
        before.dataset = before.protocol = "";                            // the run's own
        if (!before.configuration.contains("begun_from")) return before;  // of an older version
        before.configuration.at("begun_from").at("dataset").get_to(before.dataset);
        before.configuration.at("begun_from").at("protocol").get_to(before.protocol);
        return before;
      } catch (const std::exception&) {  // a damaged one; the one before it may do
      }
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Provenance> provenance_of_start(const RunOptions& run, const fs::path& resumed) {
  std::error_code ignored;
  if (run.training.transfer.init_from.empty()) return std::nullopt;
  if (!resumed.empty()) {
    if (auto inherited = inherited_provenance(resumed)) return inherited;
  }
  if (!fs::exists(checkpoint_path(run.training.transfer.init_from), ignored)) return std::nullopt;
  return torch_backend().describe_checkpoint(run.training.transfer.init_from).provenance;
}

}  // namespace beatbench
