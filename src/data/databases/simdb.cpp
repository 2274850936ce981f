#include "beatbench/simulation/simdb.h"

#include "beatbench/core/error.h"
#include "beatbench/recordings/wfdb/record_io.h"
#include "data/databases/databases.h"

namespace beatbench::databases {

// The side goes with a record's number in the simulation, whatever else is listed and in which order.
Database describe_simdb(const std::filesystem::path& folder) {
  Database database;
  database.name = "simdb";
  database.folder = folder;
  database.records = read_record_list(folder);
  for (const std::string& record : database.records) {
    const auto index = simdb_record_index(record);
    if (!index)
      throw Error(ErrorKind::data, folder.string(), "is not simdb: it lists record " + record + "; allowed: s001, ...");
    auto& side = simdb_is_training_subject(*index) ? database.training_records : database.test_records;
    side.push_back(record);
  }
  database.division_note = "simulated patients; every record is a patient of its own";
  return database;
}

}  // namespace beatbench::databases
