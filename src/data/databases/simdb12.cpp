#include "beatbench/simulation/simdb12.h"

#include "beatbench/core/error.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "data/databases/databases.h"

namespace beatbench::databases {

// The fold goes with a recording's number in the simulation, whatever else is listed and in which order.
Database describe_simdb12(const std::filesystem::path& folder) {
  Database database;
  database.name = "simdb12";
  database.folder = folder;
  database.form = DataForm::recordings;
  database.records = read_record_list(folder);
  for (const std::string& record : database.records) {
    const auto index = simdb12_record_index(record);
    if (!index) {
      throw Error(ErrorKind::data, folder.string(),
                  "is not simdb12: it lists record " + record + "; allowed: t0001, ...");
    }
    database.folds[record] = *index % 10 + 1;
  }
  database.division_note = "simulated patients; every recording is of a patient of its own";
  return database;
}

}  // namespace beatbench::databases
