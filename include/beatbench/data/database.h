#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/preprocessing.h"

namespace beatbench {

/// How beats lie on the disk.
/// - records: a folder of WFDB records with annotations
/// - recordings: a folder of WFDB records with statements about the whole of each
/// - tracings: an HDF5 file of whole recordings, or a folder of them, with a CSV of labels, see
///   recordings/hdf5/tracings.h
/// - images: a folder with one folder of image files for each class; RECORD_SAMPLE.png says where an image is from
/// - windows: a CSV file, one window a line, its class first
enum class DataForm { records, recordings, tracings, images, windows };

/// Where windows come from, in the order of their lines.
struct RecordWindows {
  std::string record;
  std::vector<std::int64_t> samples;  ///< of their beats, in the recording's own
};

/// What beats that were prepared beforehand (images, windows) say of themselves, in beatbench.json in a folder of
/// images or NAME.json beside NAME.csv.
struct PreparedData {
  std::string dataset, dataset_hash;  ///< the recordings that they were made from
  std::string protocol;               ///< "" where part is "all"
  std::string part = "all";           ///< all | training | validation | test
  std::string split_hash;
  Preprocessing preprocessing;
  std::vector<RecordWindows> windows_of;  ///< of a CSV; images say it by their names
};

/// Beats on the disk and what is known about them.
struct Database {
  std::string name;
  std::filesystem::path folder;  ///< or the CSV file
  DataForm form = DataForm::records;
  std::optional<PreparedData> prepared;  ///< images or windows that say what they were made from
  std::vector<std::string> records;      ///< record names, in the order of the RECORDS file; images and windows: {}
  std::map<std::string, std::string> subjects;  ///< record -> subject, where it is not the record's own name
  /// The known database that subjects are named after: "mitdb" for mitdb itself and for nstdb, whose 118e24 is of
  /// mitdb's 118. Two databases that name it alike mean one person by one name; "": nothing is known beyond this
  /// folder.
  std::string subjects_of;
  /// What is stated about each record, see RecordingClass::statements, where the database lists it in a file of its
  /// own; else it is taken from the comments of the headers.
  std::map<std::string, std::vector<std::string>> statements;
  std::map<std::string, int> folds;           ///< record -> the fold, from 1, that its publisher put it into
  std::vector<std::string> training_records;  ///< the database's own division by patient; empty: it has none
  std::vector<std::string> test_records;
  std::vector<std::string> keep_in_training;    ///< records that hold most of a class: kept for training
  std::vector<std::string> dominating_records;  ///< test records that hold most of a class: reported without, too
  std::string division_note;                    ///< what a report must say about the division
  /// What to take where a recording has none of the usual leads: names that say nothing of where electrodes were.
  std::vector<std::string> leads;
  /// The marks of beats stand beside their R peaks; they are moved to them when beats are loaded, see
  /// signal/realign.h.
  bool realign_marks = false;
  /// Of records with added noise: the ratio of signal to noise in dB in the noisy stretches, see
  /// evaluation/noise_stress.h.
  std::map<std::string, double> snr_db;

  const std::string& subject_of(const std::string& record) const;
  /// Whether the two name subjects after one known database.
  bool shares_subjects_with(const Database& other) const {
    return !subjects_of.empty() && subjects_of == other.subjects_of;
  }
};

/// A known database: a name for the command line, and how to describe a folder that holds it.
struct DatabaseSpec {
  std::string_view name;
  std::string_view description;
  Database (*describe)(const std::filesystem::path& folder);
  std::string_view source;            ///< how to get it, for one who lacks it
  std::string_view folder = "";       ///< that it is found in; "": its name
  std::string_view subjects_of = "";  ///< see Database; so is the next
  bool realign_marks = false;
};

std::span<const DatabaseSpec> database_registry();

/// Whether a name is that of a known database.
bool is_known_database(std::string_view name);

/// Whether two known databases, by their names, are of the same patients, as mitdb and nstdb are.
bool share_subjects(std::string_view one, std::string_view other);

/// Opens a known database by name, from $BEATBENCH_DATA/NAME or datasets/NAME, or by its path a folder of WFDB records,
/// a folder of images, a CSV of windows, or an HDF5 file of tracings or a folder of them. A folder whose name is that
/// of a known database is taken to be it.
/// @throws Error(usage) listing the known names and the places looked at; Error(data) if a division names records
/// that the folder lacks, or if what prepared beats say of themselves is damaged.
Database open_database(const std::string& name_or_path);

/// A folder as the known database of that name; by its path where the name is not known.
/// @throws Error likewise.
Database open_database_as(std::string_view known, const std::filesystem::path& folder);

/// A record by its path, or below $BEATBENCH_DATA or datasets/ ("nstdb/bw"): its path without extension.
/// @throws Error(usage) with the places looked at.
std::filesystem::path find_record(const std::string& name);

/// Whether beats of a record, by its path without extension, are marked beside their R peaks: its folder's name is that
/// of a known database whose marks are (see Database::realign_marks).
bool has_marks_to_realign(const std::filesystem::path& record);

/// The file of a record's annotations below a folder: FOLDER/NAME.ANNOTATOR, where NAME may have folders ("a/100"); or
/// else that of as much of the name's end as no other of `records` ends in, as `classify` calls them ("100").
/// nullopt: there is none.
std::optional<std::filesystem::path> find_annotations(const std::filesystem::path& folder,
                                                      std::span<const std::string> records, const std::string& record,
                                                      std::string_view annotator);

/// How a model is to prepare recordings if it is trained on this database: as asked, with the database's own names of
/// leads after the usual ones where those were asked for; and where the beats were prepared beforehand and say how,
/// with that rate, window, range, leads, filter, scaling and edge policy.
Preprocessing preprocessing_for(const Database& database, const Preprocessing& asked);

/// Whether a folder's records have statements about them in their headers, going by the first of them, and no
/// annotations.
bool is_recording_folder(const std::filesystem::path& folder);

/// Whether a folder holds HDF5 files and no WFDB records.
bool is_tracings_folder(const std::filesystem::path& folder);

/// Whether a folder holds folders of image files and no WFDB header.
bool is_image_folder(const std::filesystem::path& folder);

/// The statements in a header's comments, "Dx: 426783006,164889003" as 12-lead sets have them. A recording of which
/// nothing but sinus rhythm (426783006) is stated is "NORM" as well.
std::vector<std::string> statements_in(const std::vector<std::string>& comments);

/// The text of a beatbench.json: what was prepared from `source`, with its subjects and its division by patient.
std::string prepared_data_json(const PreparedData& prepared, const Database& source);

}  // namespace beatbench
