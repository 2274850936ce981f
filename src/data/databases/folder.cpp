#include "beatbench/recordings/wfdb/record_io.h"
#include "data/databases/databases.h"

namespace beatbench::databases {

Database describe_folder(const std::filesystem::path& folder) {
  Database database;
  database.folder = folder;
  const std::filesystem::path whole = std::filesystem::absolute(folder).lexically_normal();
  database.name = (whole.has_filename() ? whole : whole.parent_path()).filename().string();
  database.records = read_record_list(folder);
  if (is_recording_folder(folder)) database.form = DataForm::recordings;
  database.division_note = "every record is taken to be a subject of its own";
  return database;
}

}  // namespace beatbench::databases
