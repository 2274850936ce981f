#include "beatbench/data/simdb.h"

#include "beatbench/wfdb/record_io.h"
#include "data/databases/databases.h"

namespace beatbench::databases {

Database describe_simdb(const std::filesystem::path& folder) {
  Database database;
  database.name = "simdb";
  database.folder = folder;
  database.records = read_record_list(folder);
  for (std::size_t i = 0; i < database.records.size(); ++i) {
    auto& side = simdb_is_training_subject(static_cast<int>(i)) ? database.training_records : database.test_records;
    side.push_back(database.records[i]);
  }
  database.division_note = "simulated patients; every record is a patient of its own";
  return database;
}

}  // namespace beatbench::databases
