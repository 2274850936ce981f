#include "beatbench/data/simdb12.h"

#include "beatbench/wfdb/record_io.h"
#include "data/databases/databases.h"

namespace beatbench::databases {

Database describe_simdb12(const std::filesystem::path& folder) {
  Database database;
  database.name = "simdb12";
  database.folder = folder;
  database.form = DataForm::recordings;
  database.records = read_record_list(folder);
  for (std::size_t i = 0; i < database.records.size(); ++i)
    database.folds[database.records[i]] = static_cast<int>(i % 10) + 1;
  database.division_note = "simulated patients; every recording is of a patient of its own";
  return database;
}

}  // namespace beatbench::databases
