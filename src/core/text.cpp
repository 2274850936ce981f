#include "beatbench/core/text.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <cmath>
#include <cstdint>

namespace beatbench {
namespace {

constexpr bool is_blank(char c) { return c == ' ' || c == '\t'; }

std::string_view unquoted(std::string_view cell) {
  cell = trimmed(cell);
  const bool quoted = cell.size() >= 2 && cell.front() == cell.back() && (cell.front() == '"' || cell.front() == '\'');
  return quoted ? trimmed(cell.substr(1, cell.size() - 2)) : cell;
}

// Which quotes can still open a cell of a line: one that was not closed once is a character from there on, so that a
// line is searched to its end once.
struct Quotes {
  bool single = true, twofold = true;

  bool opens(char c) const { return (c == '"' && twofold) || (c == '\'' && single); }
};

// The place of the quote that closes the one at `open`; none: npos. An apostrophe closes before a separator only.
std::size_t closing_quote(std::string_view line, std::size_t open, char separator, Quotes& quotes) {
  const char quote = line[open];
  for (std::size_t i = line.find(quote, open + 1); i < line.size(); i = line.find(quote, i + 1)) {
    std::size_t next = i + 1;
    if (quote == '"') {
      if (next == line.size() || line[next] != quote) return i;
      ++i;
      continue;
    }
    while (next < line.size() && is_blank(line[next]) && line[next] != separator) ++next;
    const bool closes = next == line.size() || line[next] == separator || (separator == ' ' && next > i + 1);
    if (closes) return i;
  }
  (quote == '"' ? quotes.twofold : quotes.single) = false;
  return std::string_view::npos;
}

void put_utf8(std::uint32_t point, std::string& out) {
  if (point < 0x80) {
    out += static_cast<char>(point);
    return;
  }
  const int more = point < 0x800 ? 1 : point < 0x10000 ? 2 : 3;
  constexpr std::array<std::uint32_t, 4> lead = {0, 0xC0, 0xE0, 0xF0};
  out += static_cast<char>(lead[static_cast<std::size_t>(more)] | (point >> (6 * more)));
  for (int i = more - 1; i >= 0; --i) out += static_cast<char>(0x80 | ((point >> (6 * i)) & 0x3F));
}

std::string from_utf16(std::string_view text, bool little_endian) {
  const auto unit = [&](std::size_t i) {
    const auto first = static_cast<unsigned char>(text[i]), second = static_cast<unsigned char>(text[i + 1]);
    return static_cast<std::uint32_t>(little_endian ? first | second << 8 : first << 8 | second);
  };
  std::string out;
  for (std::size_t i = 2; i + 1 < text.size(); i += 2) {
    std::uint32_t point = unit(i);
    if ((point & 0xFC00) == 0xD800 && i + 3 < text.size() && (unit(i + 2) & 0xFC00) == 0xDC00) {
      point = 0x10000 + ((point & 0x3FF) << 10) + (unit(i + 2) & 0x3FF);
      i += 2;
    }
    put_utf8(point, out);
  }
  return out;
}

bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto byte = static_cast<unsigned char>(text[i]);
    const std::size_t size = byte < 0x80                   ? 1
                             : byte >= 0xC2 && byte < 0xE0 ? 2
                             : byte >= 0xE0 && byte < 0xF0 ? 3
                             : byte >= 0xF0 && byte < 0xF5 ? 4
                                                           : 0;
    if (size == 0 || i + size > text.size()) return false;
    for (std::size_t k = 1; k < size; ++k) {
      if ((static_cast<unsigned char>(text[i + k]) & 0xC0) != 0x80) return false;
    }
    i += size;
  }
  return true;
}

}  // namespace

std::string to_utf8(std::string text) {
  if (text.starts_with("\xFF\xFE")) return from_utf16(text, true);
  if (text.starts_with("\xFE\xFF")) return from_utf16(text, false);
  if (text.starts_with("\xEF\xBB\xBF")) text.erase(0, 3);
  if (is_utf8(text)) return text;
  std::string out;
  for (const char c : text) put_utf8(static_cast<unsigned char>(c), out);
  return out;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
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

std::string with_line_feeds(std::string text) {
  for (std::size_t i = text.find('\r'); i != std::string::npos; i = text.find('\r', i + 1)) {
    if (i + 1 == text.size() || text[i + 1] != '\n') text[i] = '\n';
  }
  return text;
}

void split_cells(std::string_view line, char separator, std::vector<std::string_view>& cells) {
  cells.clear();
  const bool words = separator == ' ';
  if (words && (line = trimmed(line)).empty()) return;
  const auto separates = [&](char c) { return words ? is_blank(c) : c == separator; };
  Quotes quotes;
  for (std::size_t start = 0; start <= line.size();) {
    std::size_t end = start;
    while (end < line.size() && is_blank(line[end]) && !separates(line[end])) ++end;
    if (end < line.size() && quotes.opens(line[end])) {
      const std::size_t close = closing_quote(line, end, separator, quotes);
      if (close != std::string_view::npos) end = close + 1;
    }
    while (end < line.size() && !separates(line[end])) ++end;
    cells.push_back(unquoted(line.substr(start, end - start)));
    start = end + 1;
    while (words && start < line.size() && is_blank(line[start])) ++start;
  }
}

std::string undoubled(std::string_view cell) {
  std::string text;
  for (std::size_t i = 0; i < cell.size(); ++i) {
    text += cell[i];
    if (cell.substr(i, 2) == "\"\"") ++i;
  }
  return text;
}

std::optional<double> parse_number(std::string_view text, bool comma_is_decimal) {
  std::array<char, 64> buffer;
  if (text.starts_with('+') && !text.starts_with("+-")) text.remove_prefix(1);
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
