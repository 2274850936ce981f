#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench {

// Taking text tables apart. What is returned refers to the text that was given.

/// A text in UTF-8, whatever it came as: UTF-16 where it begins with a byte order mark, Windows-1252 (taken as Latin-1)
/// where it is no valid UTF-8. A byte order mark is left out.
std::string to_utf8(std::string text);

/// ASCII letters in lower case.
std::string lower_case(std::string_view text);

/// `text` without blanks and tabs at its ends.
std::string_view trimmed(std::string_view text);

/// The lines of a text with LF or CRLF line ends.
std::vector<std::string_view> split_lines(std::string_view text);

/// A text whose line ends are LF or CRLF: a CR that no LF follows becomes an LF.
std::string with_line_feeds(std::string text);

/// The cells of a line, trimmed and without the quotes around them. Blanks separate in runs, everything else one by
/// one. Quotes, " or ', that begin a cell hold separators up to the closing one; inside, "" stands for a quote
/// (RFC 4180) and is left as it is: see undoubled. A quote that nothing closes is a character. `cells` is overwritten.
void split_cells(std::string_view line, char separator, std::vector<std::string_view>& cells);

/// The text of a cell: each "" is one quote.
std::string undoubled(std::string_view cell);

/// The finite number that the whole text is, in double precision; a leading '+' is allowed.
std::optional<double> parse_number(std::string_view text, bool comma_is_decimal = false);

/// Adds a word to "a, b, c".
inline void add_word(std::string& list, std::string_view word, std::string_view separator = ", ") {
  if (!list.empty()) list += separator;
  list += word;
}

/// "a, b, c" of a range, of which `text_of` makes words, be it a function or a member.
template <typename Range, typename TextOf = std::identity>
std::string joined(const Range& range, std::string_view separator = ", ", TextOf text_of = {}) {
  std::string list;
  for (const auto& element : range) add_word(list, std::invoke(text_of, element), separator);
  return list;
}

}  // namespace beatbench
