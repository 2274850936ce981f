#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>
#include <string_view>
#include <utility>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/text.h"
#include "beatbench/signal/features.h"
#include "data/load.h"

namespace beatbench {
namespace {

struct LabelledLine {
  std::int64_t number;  // from 1
  std::string_view text;
};

struct LabelledText {
  char separator = ',';
  std::vector<LabelledLine> lines;  // that hold a window

  bool decimal_commas() const { return separator != ','; }
};

// NaN and infinity count as numbers here: they are no heading, but wrong values.
bool looks_like_number(std::string_view text, bool decimal_commas) {
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return (end == text.data() + text.size() && failed != std::errc::invalid_argument) ||
         parse_number(text, decimal_commas);
}

// Its values are no numbers, or they count from 0 or 1 on, as in a table with numbered columns.
bool is_heading(const std::vector<std::string_view>& cells, bool decimal_commas) {
  if (cells.size() < 2 || !looks_like_number(cells[1], decimal_commas)) return true;
  if (cells.size() < 11 || (parse_number(cells[1]) != 0.0 && parse_number(cells[1]) != 1.0)) return false;
  for (std::size_t i = 2; i < cells.size(); ++i) {
    const auto before = parse_number(cells[i - 1]), here = parse_number(cells[i]);
    if (!before || !here || *here - *before != 1) return false;
  }
  return true;
}

LabelledText split_text(std::string_view text) {
  LabelledText out;
  const std::string_view first = text.substr(0, text.find('\n'));
  for (const char separator : {';', '\t'}) {  // beside which commas are decimal signs
    const auto count = std::ranges::count(first, separator);
    if (count > 0 && count >= std::ranges::count(first, ',')) out.separator = separator;
  }
  std::vector<std::string_view> cells;
  std::int64_t number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    if (trimmed(line).empty()) continue;
    if (number == 1) {
      split_cells(line, out.separator, cells);
      if (is_heading(cells, out.decimal_commas())) continue;
    }
    out.lines.push_back({number, line});
  }
  return out;
}

int parse_label(const std::string& text, const std::vector<std::string>& class_names, const std::string& where) {
  const auto named = std::ranges::find(class_names, text);
  if (named != class_names.end()) return static_cast<int>(named - class_names.begin());
  const auto index = parse_number(text);
  if (index && *index == std::floor(*index) && *index >= 0 && *index < static_cast<double>(class_names.size())) {
    return static_cast<int>(*index);
  }
  const std::string valid = joined(class_names);
  throw Error(
      ErrorKind::data, where,
      "the label '" + text + "' is no class; valid: " + valid + ", or 0 to " + std::to_string(class_names.size() - 1));
}

std::vector<std::string> own_labels(const LabelledText& text) {
  std::set<std::string> names;
  std::vector<std::string_view> cells;
  for (const LabelledLine& line : text.lines) {
    split_cells(line.text, text.separator, cells);
    names.insert(undoubled(cells.front()));
  }
  return {names.begin(), names.end()};
}

// The values from cell `first` on, `count` of them.
void append_values(const std::vector<std::string_view>& cells, std::size_t first, std::size_t count,
                   bool decimal_commas, const std::string& where, std::vector<float>& values) {
  for (std::size_t i = first; i < first + count; ++i) {
    const auto value = parse_number(cells[i], decimal_commas);
    if (!value || !std::isfinite(static_cast<float>(*value))) {
      throw Error(ErrorKind::data, where,
                  "value " + std::to_string(i) + " is '" + std::string(cells[i]) + "', no number");
    }
    values.push_back(static_cast<float>(*value));
  }
}

// The record and sample of each window, where the file that describes them says so; else the file is one record, and a
// window's sample its line.
void set_places(const Database& database, const std::vector<LabelledLine>& lines, BeatSet& set) {
  set.records = {{database.name, database.name}};
  for (const LabelledLine& line : lines) set.rows.push_back({0, line.number, 0, -1});
  if (!database.prepared || database.prepared->windows_of.empty()) return;
  set.records.clear();
  std::size_t next = 0;
  for (const RecordWindows& of : database.prepared->windows_of) {
    set.records.push_back({of.record, database.subject_of(of.record)});
    for (const std::int64_t sample : of.samples) {
      if (next < lines.size()) set.rows[next] = {static_cast<std::uint32_t>(set.records.size() - 1), sample, 0, -1};
      ++next;
    }
  }
  if (next != lines.size()) {
    throw Error(ErrorKind::data, database.folder.string(),
                "holds " + std::to_string(lines.size()) + " windows, but the JSON file beside it tells of " +
                    std::to_string(next));
  }
}

}  // namespace

Dataset load_windows(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options) {
  const std::string path = database.folder.string();
  if (preprocessing.input != "window") {
    throw Error(ErrorKind::unsupported, path, "holds windows, but " + preprocessing.input + "s are asked for");
  }
  const std::string bytes = read_text_file(database.folder), utf8 = with_line_feeds(to_utf8(bytes));
  const LabelledText text = split_text(utf8);
  if (text.lines.empty()) throw Error(ErrorKind::data, path, "holds no window");
  Dataset dataset;
  dataset.name = database.name;
  dataset.hash = content_hash(bytes);
  dataset.class_names = preprocessing.class_names.empty() ? own_labels(text) : preprocessing.class_names;
  dataset.windows.shape.length_samples = preprocessing.length_samples();
  dataset.windows.shape.feature_count = feature_count(preprocessing);
  const auto stored = dataset.windows.shape.stored_size(),
             beside = static_cast<std::size_t>(dataset.windows.shape.feature_count);
  set_places(database, text.lines, dataset.windows);
  const std::vector<BeatRow> places = std::exchange(dataset.windows.rows, {});

  std::set<std::pair<std::uint32_t, std::int64_t>> wanted;
  if (options.only_beats) {
    for (const BeatRow& row : *options.only_beats) wanted.emplace(row.record, row.sample);
  }
  std::vector<std::string_view> cells;
  for (std::size_t i = 0; i < places.size(); ++i) {
    const LabelledLine& line = text.lines[i];
    if (options.only_beats && !wanted.contains({places[i].record, places[i].sample})) continue;
    const std::string where = path + " line " + std::to_string(line.number);
    split_cells(line.text, text.separator, cells);
    if (cells.size() != 1 + stored + beside) {
      throw Error(ErrorKind::data, where,
                  "has " + std::to_string(cells.size()) + " fields; a label and " + std::to_string(stored) +
                      " values are needed" +
                      (beside > 0 ? ", and " + std::to_string(beside) + " of the features" : ""));
    }
    const int label = parse_label(undoubled(cells.front()), dataset.class_names, where);
    if (!options.only_labels) {
      append_values(cells, 1, stored, text.decimal_commas(), where, dataset.windows.values);
      append_values(cells, 1 + stored, beside, text.decimal_commas(), where, dataset.windows.features);
    }
    dataset.windows.rows.push_back(places[i]);
    dataset.windows.rows.back().label = static_cast<std::int16_t>(label);
  }
  if (options.on_progress) options.on_progress(1, 1);
  return dataset;
}

Dataset load_labelled_csv(const std::filesystem::path& path, const Preprocessing& preprocessing) {
  Database database;
  database.name = path.stem().string();
  database.folder = path;
  database.form = DataForm::windows;
  return load_windows(database, preprocessing, {});
}

void write_labelled_csv(const std::filesystem::path& path, const BeatSet& windows,
                        std::span<const std::string> class_names) {
  std::string text;
  std::array<char, 32> number;
  for (std::size_t i = 0; i < windows.size(); ++i) {
    text += class_names[static_cast<std::size_t>(windows.rows[i].label)];
    for (const auto values : {windows.window(i), windows.features_of(i)}) {
      for (const float value : values) {
        const auto end = std::to_chars(number.data(), number.data() + number.size(), value).ptr;
        text += ',';
        text.append(number.data(), end);
      }
    }
    text += '\n';
  }
  write_file_atomically(path, text);
}

}  // namespace beatbench
