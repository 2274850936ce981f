#pragma once

#include <charconv>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "beatbench/core/error.h"
#include "beatbench/core/text.h"
#include "beatbench/recordings/oddity.h"

namespace beatbench {

/// A text as it can stand in a one-line message: quoted, cut after 40 characters, other than printable ASCII as '?'.
inline std::string quote(std::string_view text) {
  constexpr std::size_t longest = 40;
  std::string out = "'";
  for (const char c : text.substr(0, longest)) out += c >= ' ' && c <= '~' ? c : '?';
  return out + (text.size() > longest ? "...'" : "'");
}

/// What is wrong with a file that can be used all the same, see OnOddity.
inline void tell(const OnOddity& on_oddity, const Error& error) {
  if (!on_oddity) throw error;
  on_oddity(error);
}

/// What an Error says without its place.
inline std::string message_of(const Error& error) {
  const std::string_view text = error.what();
  return std::string(error.where().empty() ? text : text.substr(error.where().size() + 2));
}

/// A file's line, for errors.
struct LinePlace {
  const std::string& where;
  int line;

  [[noreturn]] void fail(const std::string& message) const {
    throw Error(ErrorKind::data, where + ", line " + std::to_string(line), message);
  }
  [[noreturn]] void fail(std::string_view field, std::string_view found, const std::string& allowed) const {
    fail("the " + std::string(field) + " is " + quote(found) + "; allowed: " + allowed);
  }
};

inline std::int64_t parse_integer(std::string_view text, const LinePlace& place, std::string_view field,
                                  std::int64_t smallest, std::int64_t largest) {
  std::int64_t value = 0;
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || value < smallest || value > largest) {
    place.fail(field, text, "an integer from " + std::to_string(smallest) + " to " + std::to_string(largest));
  }
  return value;
}

inline double require_number(std::string_view text, const LinePlace& place, std::string_view field) {
  const std::optional<double> value = parse_number(text);
  if (!value) place.fail(field, text, "a number");
  return *value;
}

/// Of a header whose record line does not count its lines right.
inline Error wrong_count(const std::string& where, const std::string& kind, std::size_t found, int announced) {
  return {ErrorKind::data, where,
          "the record line announces " + std::to_string(announced) + " " + kind + "s, but there are " +
              std::to_string(found) + " " + kind + " lines"};
}

inline constexpr std::string_view kBlanks = " \t";

/// Takes the first word off the front of `text`; empty if there is none.
inline std::string_view take_word(std::string_view& text) {
  text = trimmed(text);
  const std::string_view word = text.substr(0, text.find_first_of(kBlanks));
  text.remove_prefix(word.size());
  return word;
}

}  // namespace beatbench
