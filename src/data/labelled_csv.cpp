#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <set>
#include <string_view>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/core/text.h"
#include "data/load.h"

namespace beatbench {
namespace {

struct LabelledLine {
  std::int64_t number;  // from 1
  std::string_view text;
};

// NaN and infinity count as numbers here: they are no heading, but wrong values.
bool looks_like_number(std::string_view text) {
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return end == text.data() + text.size() && failed != std::errc::invalid_argument;
}

// The lines that hold a window.
std::vector<LabelledLine> window_lines(std::string_view text) {
  std::vector<LabelledLine> lines;
  std::vector<std::string_view> cells;
  std::int64_t number = 0;
  for (const std::string_view line : split_lines(text)) {
    ++number;
    if (trimmed(line).empty()) continue;
    if (number == 1) {
      split_cells(line, ',', cells);
      if (cells.size() < 2 || !looks_like_number(cells[1])) continue;  // a heading
    }
    lines.push_back({number, line});
  }
  return lines;
}

int parse_label(std::string_view text, const std::vector<std::string>& class_names, const std::string& where) {
  const auto named = std::ranges::find(class_names, text);
  if (named != class_names.end()) return static_cast<int>(named - class_names.begin());
  const auto index = number_in(text);
  if (index && *index == std::floor(*index) && *index >= 0 && *index < static_cast<double>(class_names.size())) {
    return static_cast<int>(*index);
  }
  std::string valid;
  for (const std::string& name : class_names) valid += (valid.empty() ? "" : ", ") + name;
  throw Error(ErrorKind::data, where,
              "the label '" + std::string(text) + "' is no class; valid: " + valid + ", or 0 to " +
                  std::to_string(class_names.size() - 1));
}

std::vector<std::string> own_labels(const std::vector<LabelledLine>& lines) {
  std::set<std::string> names;
  std::vector<std::string_view> cells;
  for (const LabelledLine& line : lines) {
    split_cells(line.text, ',', cells);
    names.emplace(cells.front());
  }
  return {names.begin(), names.end()};
}

void append_values(const std::vector<std::string_view>& cells, const std::string& where, std::vector<float>& values) {
  for (std::size_t i = 1; i < cells.size(); ++i) {
    const auto value = number_in(cells[i]);
    if (!value || !std::isfinite(static_cast<float>(*value))) {
      throw Error(ErrorKind::data, where,
                  "value " + std::to_string(i) + " is '" + std::string(cells[i]) + "', no number");
    }
    values.push_back(static_cast<float>(*value));
  }
}

}  // namespace

Dataset load_windows(const Database& database, const Preprocessing& preprocessing, const LoadOptions& options) {
  const std::string path = database.folder.string();
  if (preprocessing.input != "window") {
    throw Error(ErrorKind::unsupported, path, "holds windows, but " + preprocessing.input + "s are asked for");
  }
  const std::string text = read_text_file(database.folder);
  const std::vector<LabelledLine> lines = window_lines(text);
  if (lines.empty()) throw Error(ErrorKind::data, path, "holds no window");
  Dataset dataset;
  dataset.name = database.name;
  dataset.hash = content_hash(text);
  dataset.class_names = preprocessing.class_names.empty() ? own_labels(lines) : preprocessing.class_names;
  dataset.windows.length_samples = preprocessing.length_samples();
  dataset.windows.records = {{dataset.name, dataset.name}};

  std::set<std::int64_t> wanted;
  if (options.only_beats) {
    for (const BeatRow& row : *options.only_beats) wanted.insert(row.sample);
  }
  std::vector<std::string_view> cells;
  for (const LabelledLine& line : lines) {
    if (options.only_beats && !wanted.contains(line.number)) continue;
    const std::string where = path + " line " + std::to_string(line.number);
    split_cells(line.text, ',', cells);
    if (cells.size() != 1 + dataset.windows.input_size()) {
      throw Error(ErrorKind::data, where,
                  "has " + std::to_string(cells.size()) + " fields; a label and " +
                      std::to_string(preprocessing.length_samples()) + " values are needed");
    }
    const int label = parse_label(cells.front(), dataset.class_names, where);
    if (!options.only_labels) append_values(cells, where, dataset.windows.values);
    dataset.windows.rows.push_back({0, line.number, 0, static_cast<std::int16_t>(label)});
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
    for (const float value : windows.window(i)) {
      const auto end = std::to_chars(number.data(), number.data() + number.size(), value).ptr;
      text += ',';
      text.append(number.data(), end);
    }
    text += '\n';
  }
  write_file_atomically(path, text);
}

}  // namespace beatbench
