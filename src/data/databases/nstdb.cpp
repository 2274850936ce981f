#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "beatbench/recordings/wfdb/record_io.h"
#include "data/databases/databases.h"

namespace beatbench::databases {
namespace {

constexpr std::array<std::string_view, 3> kNoiseAlone = {"bw", "em", "ma"};

constexpr std::array<std::pair<std::string_view, double>, 6> kRatios = {
    {{"e24", 24}, {"e18", 18}, {"e12", 12}, {"e06", 6}, {"e00", 0}, {"e_6", -6}}};

}  // namespace

// Moody, Muldrow & Mark 1984, Computers in Cardiology 11:381. Records bw, em and ma are noise alone, of electrodes that
// show no ECG: they have no beats and are not listed; find_record finds them.
Database describe_nstdb(const std::filesystem::path& folder) {
  Database database;
  database.name = "nstdb";
  database.folder = folder;
  for (const std::string& record : read_record_list(folder)) {
    if (std::ranges::find(kNoiseAlone, record) != kNoiseAlone.end()) continue;
    database.records.push_back(record);
    for (const auto& [ending, snr_db] : kRatios) {
      if (!record.ends_with(ending)) continue;
      database.subjects[record] = record.substr(0, record.size() - ending.size());
      database.snr_db[record] = snr_db;
    }
  }
  database.division_note =
      "nstdb: records 118 and 119 of mitdb with noise of moving electrodes added; two patients, and no new ones";
  return database;
}

}  // namespace beatbench::databases
