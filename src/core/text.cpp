#include "beatbench/core/text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

namespace beatbench {
namespace {

constexpr std::string_view kBlanks = " \t";

std::string_view unquoted(std::string_view cell) {
  cell = trimmed(cell);
  const bool quoted = cell.size() >= 2 && cell.front() == cell.back() && (cell.front() == '"' || cell.front() == '\'');
  return quoted ? trimmed(cell.substr(1, cell.size() - 2)) : cell;
}

void split_words(std::string_view line, std::vector<std::string_view>& cells) {
  for (line = trimmed(line); !line.empty(); line = trimmed(line)) {
    const std::string_view word = line.substr(0, line.find_first_of(kBlanks));
    cells.push_back(unquoted(word));
    line.remove_prefix(word.size());
  }
}

}  // namespace

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    lines.push_back(line);
  }
  return lines;
}

void split_cells(std::string_view line, char separator, std::vector<std::string_view>& cells) {
  cells.clear();
  if (separator == ' ') return split_words(line, cells);
  std::size_t start = 0;
  char quote = 0;
  for (std::size_t i = 0; i <= line.size(); ++i) {
    const bool at_end = i == line.size();
    if (!at_end && (line[i] == '"' || line[i] == '\'') && (quote == 0 || quote == line[i])) {
      const bool opens = quote == 0 && trimmed(line.substr(start, i - start)).empty();
      quote = quote != 0 ? 0 : opens ? line[i] : 0;
    }
    if (!at_end && (line[i] != separator || quote != 0)) continue;
    cells.push_back(unquoted(line.substr(start, i - start)));
    start = i + 1;
  }
}

std::optional<double> number_in(std::string_view text, bool comma_is_decimal) {
  std::array<char, 64> buffer;
  if (!text.empty() && text.front() == '+') text.remove_prefix(1);
  if (comma_is_decimal && text.size() < buffer.size() && text.find(',') != std::string_view::npos) {
    std::ranges::replace_copy(text, buffer.begin(), ',', '.');
    text = {buffer.data(), text.size()};
  }
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (failed != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) return std::nullopt;
  return value;
}

}  // namespace beatbench
