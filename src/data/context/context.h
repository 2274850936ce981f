#pragma once

#include "beatbench/data/context.h"

namespace beatbench::contexts {

extern const std::span<const std::string_view> kRrNumbers;
void append_rr(const ContextSource& input, std::vector<float>& values);

}  // namespace beatbench::contexts
