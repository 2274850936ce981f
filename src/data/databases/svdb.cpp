#include <string>
#include <utility>

#include "beatbench/recordings/wfdb/record_io.h"
#include "data/databases/databases.h"

namespace beatbench::databases {

// Greenwald 1990 (PhD thesis, Harvard-MIT Division of Health Sciences and Technology). The database has no division of
// its own; this one is for good: the tested half is looked at when everything else is settled.
Database describe_svdb(const std::filesystem::path& folder) {
  Database database;
  database.name = "svdb";
  database.folder = folder;
  database.records = read_record_list(folder);
  database.leads = {"ECG1"};
  for (const auto& [first, last] : {std::pair{800, 812}, {820, 829}, {840, 894}}) {
    for (int number = first; number <= last; ++number) {
      auto& side = number % 2 == 0 ? database.training_records : database.test_records;
      side.push_back(std::to_string(number));
    }
  }
  database.dominating_records = {"865"};  // 1,818 of 7,518 S
  database.division_note =
      "svdb by patient: the 40 records of even number train (4,680 beats S, a and J), the 38 of odd number are the "
      "locked half, for the last test alone (7,518, of which record 865 holds 1,818); bundle-branch beats are labelled "
      "N there";
  return database;
}

}  // namespace beatbench::databases
