#pragma once

#include <string>
#include <vector>

#include "recordings/csv/cells.h"

namespace beatbench::csv {

/// Decimal sign and mark of thousands of a file, from the marks of each column's numbers. What every number allows is
/// taken; what is likely, with a warning.
/// @throws Error(data) at `where` if the numbers contradict each other or tell nothing.
NumberStyle style_of(const std::vector<NumberMarks>& marks, const std::string& where,
                     std::vector<std::string>& warnings);

}  // namespace beatbench::csv
