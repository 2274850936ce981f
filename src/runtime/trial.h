#pragma once

#include <functional>
#include <string>

namespace beatbench {

/// Does `action` in a copy of this process first, with as much processor time as that: an endless computation, or a
/// fault in a library, ends the copy and not this process. What the copy does to its memory is lost with it. To be
/// called before this process has begun threads that `action` needs.
/// @throws Error: what the action threw; Error(data) at `where` if the copy was ended.
void try_in_copy(const std::string& where, int processor_seconds, const std::function<void()>& action);

}  // namespace beatbench
