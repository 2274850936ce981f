#pragma once

#include <algorithm>
#include <cstddef>
#include <string>

namespace beatbench {

/// Whether a byte of UTF-8 text goes on with the character before it.
inline bool continues_character(char byte) { return (static_cast<unsigned char>(byte) & 0xC0) == 0x80; }

/// Number of code points of UTF-8 text, which stands for its width.
inline std::size_t character_count(const std::string& text) {
  return text.size() - static_cast<std::size_t>(std::ranges::count_if(text, continues_character));
}

}  // namespace beatbench
