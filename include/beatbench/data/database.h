#pragma once

#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench {

/// A folder of WFDB records and what is known about them.
struct Database {
  std::string name;
  std::filesystem::path folder;
  std::vector<std::string> records;             ///< record names, in the order of the RECORDS file
  std::map<std::string, std::string> subjects;  ///< record -> subject, where it is not the record's own name
  std::vector<std::string> training_records;    ///< the database's own division by patient; empty: it has none
  std::vector<std::string> test_records;
  std::vector<std::string> never_validation;      ///< records that hold most of a class: kept for training
  std::vector<std::string> concentrated_records;  ///< test records that hold most of a class: reported without, too
  std::string division_note;                      ///< what a report must say about the division

  const std::string& subject_of(const std::string& record) const;
};

/// A known database: a name for the command line, and how to describe a folder that holds it.
struct DatabaseSpec {
  std::string_view name;
  std::string_view description;
  Database (*describe)(const std::filesystem::path& folder);
};

std::span<const DatabaseSpec> database_registry();

/// Opens a known database by name, from $BEATBENCH_DATA/NAME or datasets/NAME, or any folder of WFDB records by its
/// path. A folder whose name is that of a known database is taken to be it.
/// @throws Error(usage) listing the known names and the places looked at; Error(data) if a division names records
/// that the folder lacks.
Database open_database(const std::string& name_or_folder);

}  // namespace beatbench
