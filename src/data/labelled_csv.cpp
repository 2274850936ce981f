#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>
#include <string_view>

#include "beatbench/core/error.h"
#include "beatbench/core/files.h"
#include "beatbench/core/hash.h"
#include "beatbench/data/dataset.h"

namespace beatbench {
namespace {

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r')) text.remove_suffix(1);
  return text;
}

std::string_view next_field(std::string_view& rest) {
  const std::size_t comma = std::min(rest.find(','), rest.size());
  const std::string_view field = trimmed(rest.substr(0, comma));
  rest.remove_prefix(std::min(comma + 1, rest.size()));
  return field;
}

// Read in double precision, so that a value too small for a float is 0 and not an error. NaN and infinity count as
// numbers here.
std::optional<float> parse_float(std::string_view text) {
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return static_cast<float>(value);
}

bool parse_number(std::string_view text, float& value) {
  const auto parsed = parse_float(text);
  value = parsed.value_or(0.0F);
  return parsed && std::isfinite(*parsed);
}

int parse_label(std::string_view text, const std::vector<std::string>& class_names, const std::string& where) {
  const auto named = std::ranges::find(class_names, text);
  if (named != class_names.end()) return static_cast<int>(named - class_names.begin());
  float index = 0;
  if (parse_number(text, index) && index == std::floor(index) && index >= 0 &&
      index < static_cast<float>(class_names.size())) {
    return static_cast<int>(index);
  }
  std::string valid;
  for (const std::string& name : class_names) valid += (valid.empty() ? "" : ", ") + name;
  throw Error(ErrorKind::data, where,
              "the label '" + std::string(text) + "' is no class; valid: " + valid + ", or 0 to " +
                  std::to_string(class_names.size() - 1));
}

bool is_heading(std::string_view line) {
  next_field(line);
  return !parse_float(next_field(line));
}

}  // namespace

Dataset load_labelled_csv(const std::filesystem::path& path, const Preprocessing& preprocessing) {
  if (preprocessing.input != "window") {
    throw Error(ErrorKind::data, path.string(), "holds windows, but " + preprocessing.input + "s are asked for");
  }
  const std::string text = read_text_file(path);
  Dataset dataset;
  dataset.name = path.stem().string();
  dataset.hash = content_hash(text);
  dataset.class_names = preprocessing.class_names;
  dataset.windows.length_samples = preprocessing.length_samples();
  dataset.windows.records = {{dataset.name, dataset.name}};

  std::string_view rest = text;
  for (std::int64_t line_number = 1; !rest.empty(); ++line_number) {
    const std::size_t newline = std::min(rest.find('\n'), rest.size());
    std::string_view line = trimmed(rest.substr(0, newline));
    rest.remove_prefix(std::min(newline + 1, rest.size()));
    if (line.empty() || (line_number == 1 && is_heading(line))) continue;
    const std::string where = path.string() + " line " + std::to_string(line_number);
    const auto fields = 1 + std::ranges::count(line, ',');
    if (fields != 1 + preprocessing.length_samples()) {
      throw Error(ErrorKind::data, where,
                  "has " + std::to_string(fields) + " fields; a label and " +
                      std::to_string(preprocessing.length_samples()) + " values are needed");
    }
    const int label = parse_label(next_field(line), dataset.class_names, where);
    for (int i = 0; i < preprocessing.length_samples(); ++i) {
      const std::string_view field = next_field(line);
      float value = 0;
      if (!parse_number(field, value)) {
        throw Error(ErrorKind::data, where,
                    "value " + std::to_string(i + 1) + " is '" + std::string(field) + "', no number");
      }
      dataset.windows.values.push_back(value);
    }
    dataset.windows.rows.push_back({0, line_number, 0, static_cast<std::int16_t>(label)});
  }
  if (dataset.windows.rows.empty()) throw Error(ErrorKind::data, path.string(), "holds no window");
  return dataset;
}

}  // namespace beatbench
