#pragma once

namespace beatbench {

/// Keeps the memory of large blocks (up to 32 MiB each, 256 MiB in all) when they are freed, for the next ones. glibc
/// gives every such block back to the system at once and gets fresh pages for the next, which takes as long as reading
/// a record does. To be called first thing in main; does nothing where there is no glibc.
void keep_freed_memory();

}  // namespace beatbench
