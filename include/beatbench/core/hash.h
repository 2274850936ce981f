#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace beatbench {

/// Content hash, used to tell whether two runs saw the same data. XXH3, 128 bits, as 32 hexadecimal digits, by
/// the xxHash library: fast and well mixed, not a defence against forgery.
std::string content_hash(std::string_view bytes);
std::string content_hash(std::span<const unsigned char> bytes);

}  // namespace beatbench
