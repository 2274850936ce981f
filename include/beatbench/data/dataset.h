#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "beatbench/core/beat_set.h"
#include "beatbench/core/preprocessing.h"
#include "beatbench/data/database.h"

namespace beatbench {

/// Labelled beats of a whole database or file.
struct Dataset {
  std::string name;
  std::string hash;         ///< of every file, in order
  std::string source_hash;  ///< of the recordings that it was prepared from, where it says so; else equal to `hash`
  std::vector<std::string> class_names;
  BeatSet windows;
  std::size_t annotations_left_out = 0;  ///< annotations that the class map has no class for
};

struct LoadOptions {
  bool strict = false;  ///< a wrong checksum is an error
  int threads = 2;
  std::vector<std::string> only_records;  ///< empty: all
  bool only_labels = false;               ///< rows without their windows or images
  /// Of a load with `only_labels` of the same data: these rows alone, in the order of their records.
  std::optional<std::vector<BeatRow>> only_beats;
  /// What each record is known by is worked out (RecordName::blocks), and it is searched for these.
  const SeenIndex* seen = nullptr;
  std::function<void(std::size_t done, std::size_t total)> on_progress;  ///< called from one thread at a time
  std::function<void(const std::string&)> on_warning;                    ///< likewise
};

/// The beats of a database as the preprocessing has them. The result does not depend on the number of threads.
/// - records: reads every record and cuts a window, or draws an image, for every annotation that the class map has a
///   class for. Where the database's marks stand beside the R peaks they are moved to them before anything is cut
///   (signal/realign.h): a row's sample, and all that is written with it, is then the R peak, at most 80 ms from the
///   mark in the annotation file. EC57's window of 150 ms pairs the two when predictions are scored against that file.
/// - records, for a model of whole recordings: reads every record once, for its statements and to check it, and leaves
/// a
///   `read_input` that reads each again when it is asked for; a record without statements is left out
/// - images: reads every image file, as 8-bit gray and at the preprocessing's size
/// - windows: as load_labelled_csv
/// Images and windows are labelled by name. With the class map "own" the classes are those of the data, sorted, unless
/// the preprocessing has class names already.
/// @throws Error as read_record and prepare_lead do; Error(data) if no beat results or a file is damaged;
/// Error(unsupported) for windows where images are asked for and the other way round, and for a folder whose name is no
/// class; Error(usage) for the class map "own" with records.
Dataset load_database(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options);

/// How long the preparation of records takes: filtering, scaling and cutting all beats of a record that the class map
/// has a class for, over their number, in seconds; reading is not in it. A metric for each of at most `most` records
/// with such beats, spread over the database, each prepared once before it is timed, on one thread. Empty for data that
/// comes as whole recordings or as ready inputs.
std::vector<double> time_preparation(const Database& database, const Preprocessing& preprocessing, std::size_t most);

/// Reads a label-first CSV: one window a line, a class name or class index and then `length_samples` numbers, which
/// are taken as they are (already filtered and scaled). A first line whose second field is no number is a heading.
/// The file is one record, a row's sample its line.
/// @throws Error(data) naming the line and what is wrong with it.
Dataset load_labelled_csv(const std::filesystem::path& path, const Preprocessing& preprocessing);

/// Writes windows as load_labelled_csv reads them, class names first and without a heading; every float comes back as
/// it was. @throws Error(io).
void write_labelled_csv(const std::filesystem::path& path, const BeatSet& windows,
                        std::span<const std::string> class_names);

/// Writes each image as CLASS/RECORD_SAMPLE.png into `folder`, and makes the folder of every class.
/// @throws Error(io).
void write_images(const std::filesystem::path& folder, const BeatSet& images, std::span<const std::string> class_names,
                  int threads);

/// The rows `rows` of a set, in that order, with their inputs where it has any. `edge_windows` counts those of them
/// that cross an edge.
BeatSet select_beats(const BeatSet& set, std::span<const std::uint32_t> rows);

/// Adds the rows of another set, with its records under the names `prefix` + theirs. Their subjects get the prefix as
/// well, unless `subjects_are_comparable` (Database::shares_subjects_with): one who is in both sets is then one
/// subject.
/// @throws Error(usage) if their inputs are not of one size.
void join_beats(BeatSet& set, const BeatSet& more, const std::string& prefix, bool subjects_are_comparable = false);

/// At most `count` rows in their order, drawn with `seed` in proportion to the classes (at least one of each).
std::vector<std::uint32_t> draw_stratified(const BeatSet& set, std::size_t count, std::uint64_t seed);

}  // namespace beatbench
