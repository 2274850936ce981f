#include "beatbench/recordings/hdf5/tracings.h"

#include <algorithm>
#include <map>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/label_map.h"
#include "beatbench/core/text.h"
#include "data/databases/databases.h"

namespace beatbench::databases {
namespace {

namespace fs = std::filesystem;

// A table of labels: a row for each recording, a column for each statement.
struct LabelTable {
  fs::path path;
  std::string text;
  std::vector<std::string_view> heading;
  std::vector<std::vector<std::string_view>> rows;

  std::size_t column(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::find(heading, name) - heading.begin());
  }
  bool has(std::string_view name) const { return column(name) < heading.size(); }
};

// Without a column that a label map knows, it is no table of labels.
LabelTable read_table(const fs::path& path) {
  LabelTable table{path, read_text_file(path), {}, {}};
  for (const std::string_view line : split_lines(table.text)) {
    if (trimmed(line).empty()) continue;
    std::vector<std::string_view> cells;
    split_cells(line, ',', cells);
    if (table.heading.empty()) {
      table.heading = cells;
    } else if (cells.size() != table.heading.size()) {
      throw Error(
          ErrorKind::data, path.string() + ", row " + std::to_string(table.rows.size() + 1),
          "has " + std::to_string(cells.size()) + " cells; the heading has " + std::to_string(table.heading.size()));
    } else {
      table.rows.push_back(std::move(cells));
    }
  }
  if (std::ranges::none_of(table.heading, is_statement)) {
    throw Error(ErrorKind::data, path.string(), "has no column that any label map knows, such as AF or normal_ecg");
  }
  return table;
}

std::vector<fs::path> files_with(const fs::path& folder, bool is_wanted(const fs::path&)) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.is_regular_file() && is_wanted(entry.path())) files.push_back(entry.path());
  }
  std::ranges::sort(files);
  return files;
}

// The table of a file: of its name, or the only one beside it.
fs::path table_for(const fs::path& path) {
  const fs::path folder = fs::is_directory(path) ? path : path.parent_path();
  fs::path own = path;
  own.replace_extension(".csv");
  if (!fs::is_directory(path) && fs::exists(own)) return own;
  const auto tables =
      files_with(folder.empty() ? "." : folder, [](const fs::path& file) { return lower_extension(file) == ".csv"; });
  if (tables.size() == 1) return tables.front();
  throw Error(ErrorKind::usage, path.string(),
              "needs its labels beside it: " + own.filename().string() + ", or a single .csv; found " +
                  std::to_string(tables.size()));
}

bool is_true(std::string_view cell) {
  const std::string word = lower_case(cell);
  return word == "1" || word == "true" || word == "1.0";
}

// Where nothing is stated, the recording is normal, unless the table has a column that says what is.
std::vector<std::string> statements_of(const LabelTable& table, const std::vector<std::string_view>& cells) {
  std::vector<std::string> statements;
  for (std::size_t c = 0; c < cells.size(); ++c) {
    if (is_true(cells[c]) && is_statement(table.heading[c])) statements.emplace_back(table.heading[c]);
  }
  if (statements.empty()) statements.emplace_back(table.has("normal_ecg") ? "none" : "NORM");
  return statements;
}

void add_recording(Database& database, const std::string& name, const LabelTable& table,
                   const std::vector<std::string_view>& cells) {
  database.records.push_back(name);
  database.statements[name] = statements_of(table, cells);
  if (table.has("patient_id")) database.subjects[name] = "patient-" + std::string(cells[table.column("patient_id")]);
}

std::string name_of(const fs::path& file, std::size_t row) { return file.stem().string() + "/" + std::to_string(row); }

}  // namespace

Database describe_tracings(const fs::path& path) {
  const bool is_folder = fs::is_directory(path);
  const std::vector<fs::path> files = is_folder ? files_with(path, is_tracings_file) : std::vector<fs::path>{path};
  const LabelTable table = read_table(table_for(path));
  Database database;
  const fs::path whole = fs::absolute(path).lexically_normal();
  database.name = (whole.has_filename() ? whole : whole.parent_path()).stem().string();
  database.folder = path;
  database.form = DataForm::tracings;
  std::map<std::string, const std::vector<std::string_view>*> by_exam;
  for (const auto& cells : table.rows) {
    if (table.has("exam_id")) by_exam[std::string(cells[table.column("exam_id")])] = &cells;
  }
  if (files.size() > 1 && by_exam.empty()) {
    throw Error(ErrorKind::data, table.path.string(),
                "has no column exam_id to say which of " + std::to_string(files.size()) + " files its rows are of");
  }
  const auto check_number = [&](std::size_t found) {  // of recordings, where they stand in the order of the table
    if (found == table.rows.size()) return;
    throw Error(
        ErrorKind::data, table.path.string(),
        "has " + std::to_string(table.rows.size()) + " rows; there are " + std::to_string(found) + " recordings");
  };
  std::size_t next = 0;
  for (const fs::path& file : files) {
    const std::vector<std::int64_t> exams = exam_ids(file);
    const std::size_t count = count_tracings(file);
    if (files.size() == 1 && (exams.empty() || by_exam.empty())) check_number(count);
    for (std::size_t row = 0; row < count; ++row) {
      if (exams.empty() || by_exam.empty()) {  // in the order of the table
        if (next < table.rows.size()) add_recording(database, name_of(file, row), table, table.rows[next]);
        ++next;
        continue;
      }
      const auto found = by_exam.find(std::to_string(exams.at(row)));
      if (found != by_exam.end()) add_recording(database, name_of(file, row), table, *found->second);
    }
  }
  if (next > 0) check_number(next);
  if (database.records.empty())
    throw Error(ErrorKind::data, path.string(), "has no recording that " + table.path.string() + " lists");
  database.division_note = table.has("patient_id") ? "patients are those of " + table.path.filename().string()
                                                   : "every recording is taken to be of a patient of its own";
  return database;
}

}  // namespace beatbench::databases
