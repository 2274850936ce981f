#include <algorithm>
#include <array>
#include <cstdlib>
#include <system_error>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/text.h"
#include "beatbench/data/database.h"
#include "beatbench/recordings/hdf5/tracings.h"
#include "core/table.h"
#include "data/databases/databases.h"

namespace beatbench {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kPtbxlSource = "unpack it there from https://physionet.org/content/ptb-xl/";

constexpr std::array kDatabases = {
    DatabaseSpec{"mitdb", "MIT-BIH Arrhythmia Database: 48 half-hour records of 47 subjects", databases::describe_mitdb,
                 "tools/download_mitdb.sh fetches it (--out: where to)", "", "mitdb"},
    DatabaseSpec{"simdb", "simulated patients (made by: convert dataset simdb --to wfdb --out datasets/simdb)",
                 databases::describe_simdb, "convert dataset simdb --to wfdb --out datasets/simdb makes it"},
    DatabaseSpec{"ptbxl", "PTB-XL, 12 leads of 10 s, at 500 Hz", databases::describe_ptbxl, kPtbxlSource, "", "ptbxl"},
    DatabaseSpec{"ptbxl_100hz", "the same, at 100 Hz", databases::describe_ptbxl_100hz, kPtbxlSource, "ptbxl", "ptbxl"},
    DatabaseSpec{"simdb12", "simulated 12-lead recordings (convert dataset simdb12 --to wfdb --out datasets/simdb12)",
                 databases::describe_simdb12, "convert dataset simdb12 --to wfdb --out datasets/simdb12 makes it"},
    DatabaseSpec{"svdb", "MIT-BIH Supraventricular Arrhythmia Database: 78 half-hour records of 78 subjects",
                 databases::describe_svdb, "tools/download.sh svdb fetches it (--out: where to)", "", "svdb", true},
    DatabaseSpec{"nstdb", "MIT-BIH Noise Stress Test Database: mitdb's 118 and 119 with noise at 24 to -6 dB",
                 databases::describe_nstdb, "tools/download.sh nstdb fetches it (--out: where to)", "", "mitdb"},
};

const DatabaseSpec* find_spec(std::string_view name) {
  const auto* found = std::ranges::find(kDatabases, name, &DatabaseSpec::name);
  return found == kDatabases.end() ? nullptr : found;
}

std::string folder_name(const fs::path& folder) {
  const fs::path whole = fs::absolute(folder).lexically_normal();
  return (whole.has_filename() ? whole : whole.parent_path()).filename().string();
}

// Without the exception that fs::is_directory(path) throws, for example where a name is too long.
bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

std::vector<fs::path> places_of(std::string_view name) {
  std::vector<fs::path> places;
  if (const char* root = std::getenv("BEATBENCH_DATA")) places.push_back(fs::path(root) / name);
  places.push_back(fs::path("datasets") / name);
  return places;
}

void check_division(const Database& database) {
  if (database.form != DataForm::records) return;
  for (const auto* list : {&database.training_records, &database.test_records}) {
    for (const std::string& record : *list) {
      if (std::ranges::find(database.records, record) == database.records.end()) {
        throw Error(ErrorKind::data, database.folder.string(),
                    "is not all of " + database.name + ": record " + record + " is missing");
      }
    }
  }
}

Database describe(const DatabaseSpec& spec, const fs::path& folder) {
  Database database = spec.describe(folder);
  database.subjects_of = spec.subjects_of;
  database.realign_marks = spec.realign_marks;
  check_division(database);
  return database;
}

}  // namespace

fs::path find_record(const std::string& name) {
  std::vector<fs::path> places = places_of(name);
  places.insert(places.begin(), name);
  std::string looked;
  std::error_code ignored;
  for (const fs::path& place : places) {
    if (fs::exists(place.string() + ".hea", ignored)) return place;
    add_word(looked, place.string() + ".hea");
  }
  throw Error(ErrorKind::usage, name, "is no record; there is none of " + looked);
}

const std::string& Database::subject_of(const std::string& record) const {
  const auto found = subjects.find(record);
  return found == subjects.end() ? record : found->second;
}

bool is_known_database(std::string_view name) { return find_spec(name) != nullptr; }

bool share_subjects(std::string_view one, std::string_view other) {
  const DatabaseSpec *a = find_spec(one), *b = find_spec(other);
  return a && b && !a->subjects_of.empty() && a->subjects_of == b->subjects_of;
}

bool has_marks_to_realign(const fs::path& record) {
  const DatabaseSpec* spec = find_spec(folder_name(fs::absolute(record).parent_path()));
  return spec && spec->realign_marks;
}

std::optional<fs::path> find_annotations(const fs::path& folder, std::span<const std::string> records,
                                         const std::string& record, std::string_view annotator) {
  std::error_code ignored;
  for (std::string name = record;; name.erase(0, name.find('/') + 1)) {
    fs::path file = folder / (name + "." + std::string(annotator));
    const auto ends_so = [&](const std::string& each) { return each == name || each.ends_with("/" + name); };
    const bool is_its_own = name == record || std::ranges::count_if(records, ends_so) == 1;
    if (is_its_own && fs::exists(file, ignored)) return file;
    if (name.find('/') == std::string::npos) return std::nullopt;
  }
}

bool is_tracings_folder(const fs::path& folder) {
  bool tracings = false;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".hea" || entry.path().filename() == "RECORDS") return false;
    tracings = tracings || is_tracings_file(entry.path());
  }
  return tracings;
}

Database open_database_as(std::string_view known, const std::filesystem::path& folder) {
  const DatabaseSpec* spec = find_spec(known);
  return spec ? describe(*spec, folder) : open_database(folder.string());
}

std::span<const DatabaseSpec> database_registry() { return kDatabases; }

Database open_database(const std::string& name_or_path) {
  if (to_utf8(name_or_path) != name_or_path) {
    throw Error(ErrorKind::usage, name_or_path, "is no name in UTF-8, as reports are; rename it");
  }
  fs::path folder = name_or_path;
  const DatabaseSpec* spec = find_spec(name_or_path);
  std::error_code ignored;
  if (spec) {
    const std::vector<fs::path> places = places_of(spec->folder.empty() ? spec->name : spec->folder);
    const auto place = std::ranges::find_if(places, is_folder);
    if (place == places.end()) {
      const std::string looked = joined(places, ", ", [](const fs::path& p) { return p.string(); });
      throw Error(ErrorKind::usage, "data",
                  "'" + name_or_path + "' is not there; looked at: " + looked + "; " + std::string(spec->source));
    }
    folder = *place;
  } else if (fs::is_regular_file(folder, ignored) && lower_extension(folder) == ".csv") {
    return databases::describe_prepared(folder, DataForm::windows);
  } else if (fs::is_regular_file(folder, ignored) && is_tracings_file(folder)) {
    return databases::describe_tracings(folder);
  } else if (!is_folder(folder)) {
    throw Error(ErrorKind::usage, "data",
                "'" + name_or_path + "' is neither a known database (" + names_of(kDatabases) +
                    ") nor a folder of records or images nor a .csv of windows nor an .hdf5 of tracings");
  } else if (is_image_folder(folder)) {
    return databases::describe_prepared(folder, DataForm::images);
  } else {
    spec = find_spec(folder_name(folder));
  }
  if (!spec && is_tracings_folder(folder)) return databases::describe_tracings(folder);
  return spec ? describe(*spec, folder) : databases::describe_folder(folder);
}

}  // namespace beatbench
