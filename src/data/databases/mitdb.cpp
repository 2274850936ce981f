#include "beatbench/recordings/wfdb/record_io.h"
#include "data/databases/databases.h"

namespace beatbench::databases {

// Moody & Mark 2001, IEEE Eng Med Biol 20(3):45. The division DS1/DS2 is that of de Chazal et al. 2004 (IEEE Trans
// Biomed Eng 51:1196), which leaves the four paced records out.
Database describe_mitdb(const std::filesystem::path& folder) {
  Database database;
  database.name = "mitdb";
  database.folder = folder;
  database.records = read_record_list(folder);
  database.subjects = {{"202", "201"}};
  database.training_records = {"101", "106", "108", "109", "112", "114", "115", "116", "118", "119", "122",
                               "124", "201", "203", "205", "207", "208", "209", "215", "220", "223", "230"};
  database.test_records = {"100", "103", "105", "111", "113", "117", "121", "123", "200", "202", "210",
                           "212", "213", "214", "219", "221", "222", "228", "231", "232", "233", "234"};
  database.keep_in_training = {"208"};           // holds 373 of the training records' 415 fusion beats
  database.dominating_records = {"232", "213"};  // 1,382 of 1,837 S; 362 of 388 F
  database.division_note =
      "DS1/DS2 as published (de Chazal et al. 2004): records 201 (training) and 202 (test) are of one subject; the "
      "paced records 102, 104, 107 and 217 are in neither";
  return database;
}

}  // namespace beatbench::databases
