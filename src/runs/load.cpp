#include "runs/load.h"

#include <set>

namespace beatbench {
namespace {

std::size_t count_subjects(const BeatSet& set) {
  std::set<std::string> subjects;
  for (const BeatRow& row : set.rows) subjects.insert(set.records[row.record].subject);
  return subjects.size();
}

std::string summary_of(const Dataset& dataset, const Database& database, const Preprocessing& preprocessing) {
  const auto number = [](std::size_t n) { return std::to_string(n); };
  const BeatSet& beats = dataset.windows;
  if (preprocessing.of_recordings()) {
    return dataset.name + ": " + number(beats.size()) + " recordings of " + number(count_subjects(beats)) +
           " subjects; " + number(dataset.annotations_left_out) + " without statements are left out";
  }
  if (database.form != DataForm::records) {
    return dataset.name + ": " + number(beats.size()) + " beats of " + number(dataset.class_names.size()) + " classes";
  }
  return dataset.name + ": " + number(beats.size()) + " beats of " + number(beats.records.size()) + " records; " +
         number(dataset.annotations_left_out) + " annotations are of no class of " + preprocessing.class_map + "; " +
         number(beats.edge_windows) + " windows cross a record's edge (" +
         (preprocessing.edge == "skip" ? "left out" : "edge sample repeated") + ")";
}

}  // namespace

Dataset load_and_tell(const Database& database, const Preprocessing& preprocessing, LoadOptions options,
                      const Listener& listener) {
  options.on_progress = [&](std::size_t done, std::size_t total) {
    listener.progress(
        {"reading " + database.name, static_cast<std::int64_t>(done), static_cast<std::int64_t>(total), "files"});
    listener.stop_if_told();
  };
  options.on_warning = [&](const std::string& text) { listener.warn(text); };
  Dataset dataset = load_database(database, preprocessing, options);
  if (!options.only_labels) listener.info(summary_of(dataset, database, preprocessing));
  return dataset;
}

}  // namespace beatbench
