#include "cli/seen_recordings.h"

#include <algorithm>
#include <set>

namespace beatbench::cli {
namespace {

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

}  // namespace

std::optional<std::vector<SeenRecording>> recordings_seen_by(const RunOptions& run, const RunData& data,
                                                             const Split& split,
                                                             const std::optional<Provenance>& begun_from) {
  if (has_unknown_source(data.database) || (begun_from && !begun_from->seen)) return std::nullopt;
  if (!run.training.init_from.empty() && !begun_from) return std::nullopt;
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
      one.database = data.extra_name;
      one.record = record.id.substr(prefix.size());
      if (one.subject.starts_with(prefix)) one.subject.erase(0, prefix.size());
      one.through = "extra training";
    }
    seen.push_back(std::move(one));
  }
  if (!begun_from) return seen;
  for (SeenRecording before : *begun_from->seen) {
    if (!before.is_inherited()) before.through = "begun from " + run.training.init_from;
    seen.push_back(std::move(before));
  }
  return seen;
}

SeenThere seen_in(const Dataset& dataset, const Database& database, const Provenance& provenance, bool beside_own) {
  SeenThere there;
  const std::vector<RecordName>& records = dataset.windows.records;
  there.records.assign(records.size(), false);
  there.is_known = provenance.seen.has_value() && !has_unknown_source(database);
  if (!there.is_known) return there;
  const std::string source = source_name(dataset, database);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const RecordName& record = records[i];
    for (std::size_t s = 0; s < provenance.seen->size() && !there.records[i]; ++s) {
      const SeenRecording& seen = (*provenance.seen)[s];
      if (beside_own && seen.through.empty()) continue;
      // Where both sides know their stretches, a name says nothing: simulated records have the same ones every time.
      const bool both_know = record.blocks.block_samples > 0 && seen.blocks.block_samples > 0;
      const bool is_same = std::ranges::find(record.seen, s) != record.seen.end() ||
                           (!both_know && seen.database == source && seen.record == record.id) ||
                           (share_subjects(seen.database, source) && seen.subject == record.subject);
      if (!is_same) continue;
      there.records[i] = true;
      const bool is_plain = seen.database == source && seen.record == record.id && seen.through.empty();
      there.names.push_back(is_plain ? record.id : record.id + " (" + text_of(seen) + ")");
    }
  }
  return there;
}

}  // namespace beatbench::cli
