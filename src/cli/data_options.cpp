#include "cli/data_options.h"

#include "cli/progress.h"

namespace beatbench::cli {

Dataset load_with_progress(const Database& database, const Preprocessing& preprocessing, bool strict, int threads,
                           spdlog::logger& logger) {
  Progress progress("reading " + database.name);
  LoadOptions options;
  options.strict = strict;
  options.threads = threads;
  options.on_progress = [&](std::size_t done, std::size_t total) {
    progress.update(static_cast<std::int64_t>(done), static_cast<std::int64_t>(total), "records");
    stop_if_interrupted();
  };
  options.on_warning = [&](const std::string& text) {
    progress.clear();
    logger.warn("{}", text);
  };
  const Dataset dataset = load_database(database, preprocessing, options);
  progress.clear();
  logger.info("{}: {} beats of {} records; {} annotations are of no class of {}; {} windows cross a record's edge ({})",
              dataset.name, dataset.windows.size(), dataset.windows.records.size(), dataset.annotations_left_out,
              preprocessing.class_map, dataset.windows.edge_windows,
              preprocessing.edge == "skip" ? "left out" : "edge sample repeated");
  return dataset;
}

std::vector<int> labels_of(const BeatSet& windows, std::span<const std::uint32_t> rows) {
  std::vector<int> labels;
  for (const std::uint32_t row : rows) labels.push_back(windows.rows[row].label);
  return labels;
}

std::vector<std::uint32_t> records_of(const BeatSet& windows, std::span<const std::uint32_t> rows) {
  std::vector<std::uint32_t> records;
  for (const std::uint32_t row : rows) records.push_back(windows.rows[row].record);
  return records;
}

std::vector<std::string> record_ids(const BeatSet& windows) {
  std::vector<std::string> ids;
  for (const RecordName& name : windows.records) ids.push_back(name.id);
  return ids;
}

}  // namespace beatbench::cli
