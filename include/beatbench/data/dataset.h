#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/preprocessing.h"
#include "beatbench/data/database.h"

namespace beatbench {

/// Labelled beat windows of a whole database or file.
struct Dataset {
  std::string name;
  std::string hash;  ///< of every record's files, in order
  std::vector<std::string> class_names;
  BeatSet windows;
  std::size_t annotations_left_out = 0;          ///< annotations that the class map has no class for
  double read_seconds = 0;                       ///< summed over threads
  std::vector<double> prepare_seconds_per_beat;  ///< filtering, scaling and cutting: a figure per record with beats
};

struct LoadOptions {
  bool strict = false;  ///< a wrong checksum is an error
  int threads = 2;
  std::vector<std::string> only_records;                                 ///< empty: all
  std::function<void(std::size_t done, std::size_t total)> on_progress;  ///< called from one thread at a time
  std::function<void(const std::string&)> on_warning;                    ///< likewise
};

/// Reads every record and cuts a window around every annotation that the preprocessing's class map has a class for.
/// The result does not depend on the number of threads.
/// @throws Error as read_record and prepare_lead do; Error(data) if no window results.
Dataset load_database(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options);

/// Reads a label-first CSV: one window a line, a class name or class index and then `length_samples` numbers, which
/// are taken as they are (already filtered and scaled). A first line whose second field is no number is a heading.
/// Every line counts as a record "line" of its own source: the file is one record.
/// @throws Error(data) naming the line and what is wrong with it.
Dataset load_labelled_csv(const std::filesystem::path& path, const Preprocessing& preprocessing);

/// The rows `rows` of a set, in that order; `edge_windows` stays that of the whole set.
BeatSet select_beats(const BeatSet& set, std::span<const std::uint32_t> rows);

/// At most `count` rows in their order, drawn with `seed` in proportion to the classes (at least one of each).
std::vector<std::uint32_t> draw_stratified(const BeatSet& set, std::size_t count, std::uint64_t seed);

}  // namespace beatbench
