#include <algorithm>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/text.h"
#include "data/databases/databases.h"

namespace beatbench::databases {
namespace {

constexpr const char* kTable = "ptbxl_database.csv";

// Where each column of the table is.
struct Columns {
  std::size_t patient = 0, statements = 0, fold = 0, file = 0, count = 0;
};

std::size_t column_of(const std::vector<std::string_view>& heading, std::string_view name, const std::string& where) {
  const auto found = std::ranges::find(heading, name);
  if (found == heading.end()) throw Error(ErrorKind::data, where, "has no column '" + std::string(name) + "'");
  return static_cast<std::size_t>(found - heading.begin());
}

// The keys of "{'NORM': 100.0, 'SR': 0.0}".
std::vector<std::string> codes_in(std::string_view text) {
  std::vector<std::string> codes;
  std::size_t begin = text.find('\'');
  while (begin != std::string_view::npos) {
    const std::size_t end = text.find('\'', begin + 1);
    if (end == std::string_view::npos) break;
    codes.emplace_back(text.substr(begin + 1, end - begin - 1));
    begin = text.find('\'', end + 1);
  }
  return codes;
}

void add_recording(Database& database, const std::vector<std::string_view>& cells, const Columns& columns,
                   const std::string& where) {
  if (cells.size() != columns.count) {
    throw Error(ErrorKind::data, where,
                "has " + std::to_string(cells.size()) + " cells; the heading has " + std::to_string(columns.count));
  }
  const std::string record(cells[columns.file]);
  const auto fold = parse_number(cells[columns.fold]), patient = parse_number(cells[columns.patient]);
  if (record.empty() || !fold || *fold < 1 || *fold > 10 || !patient) {
    throw Error(ErrorKind::data, where, "lacks a file name, a patient_id or a strat_fold from 1 to 10");
  }
  database.records.push_back(record);
  database.subjects[record] = "patient-" + std::to_string(static_cast<std::int64_t>(*patient));
  database.folds[record] = static_cast<int>(*fold);
  database.statements[record] = codes_in(cells[columns.statements]);
}

// Wagner et al. 2020, Scientific Data 7:154. A folder may hold some of the recordings; what is not there is left out.
Database describe(const std::filesystem::path& folder, const char* file_column) {
  const std::filesystem::path table = folder / kTable;
  const std::string text = read_text_file(table);
  const std::vector<std::string_view> lines = split_lines(text);
  std::vector<std::string_view> cells;
  split_cells(lines.empty() ? "" : lines.front(), ',', cells);
  const auto column = [&](const char* name) { return column_of(cells, name, table.string()); };
  const Columns columns{column("patient_id"), column("scp_codes"), column("strat_fold"), column(file_column),
                        cells.size()};
  Database database;
  database.folder = folder;
  database.form = DataForm::recordings;
  std::size_t missing = 0;
  for (std::size_t i = 1; i < lines.size(); ++i) {
    if (trimmed(lines[i]).empty()) continue;
    split_cells(lines[i], ',', cells);
    const bool is_there =
        cells.size() != columns.count || std::filesystem::exists(folder / (std::string(cells[columns.file]) + ".hea"));
    if (is_there)
      add_recording(database, cells, columns, table.string() + ", line " + std::to_string(i + 1));
    else
      ++missing;
  }
  if (database.records.empty()) {
    throw Error(ErrorKind::data, folder.string(),
                "holds none of the recordings that " + std::string(kTable) + " lists");
  }
  database.division_note = "PTB-XL: " + std::to_string(database.records.size()) + " recordings" +
                           (missing > 0 ? "; " + std::to_string(missing) + " of its table are not in the folder" : "");
  return database;
}

}  // namespace

Database describe_ptbxl(const std::filesystem::path& folder) {
  Database database = describe(folder, "filename_hr");
  database.name = "ptbxl";
  return database;
}

Database describe_ptbxl_100hz(const std::filesystem::path& folder) {
  Database database = describe(folder, "filename_lr");
  database.name = "ptbxl_100hz";
  return database;
}

}  // namespace beatbench::databases
