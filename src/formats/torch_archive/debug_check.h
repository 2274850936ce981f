#pragma once

#include <string>

#include "formats/torch_archive/pickle_value.h"

namespace beatbench::archive {

/// Checks the value of a `.debug_pkl`: which text a piece of code was made of. LibTorch reads it when something in a
/// network fails and then believes its indices (torch/csrc/jit/serialization/source_range_serialization.cpp). As
/// PyTorch 1.10 and later write it: ("FORMAT_WITH_STRING_TABLE", texts, records), each record (place in the code,
/// range, tag), each range (source, begin, end), each source (list of texts, text of the file's name, line).
/// @throws Error(data) at `where`.
void check_debug_table(const Value& value, const std::string& where);

}  // namespace beatbench::archive
