#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace beatbench::archive {

struct Token {
  enum class Kind { name, number, text, sign, line_end, indent, dedent, end };
  Kind kind = Kind::end;
  std::string_view text;  ///< of a text: without its quotes
  int line = 0;
};

/// The tokens of Python source as LibTorch serialises it: printable ASCII, indentation by blanks, no comments, no
/// line continuations and no texts over several lines.
/// @throws Error(data) at `where` with the line.
std::vector<Token> tokens_of(std::string_view source, const std::string& where);

}  // namespace beatbench::archive
