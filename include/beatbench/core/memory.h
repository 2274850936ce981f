#pragma once

namespace beatbench {

/// Keeps the memory of large blocks when they are freed, for the next ones, up to 2 GiB. glibc gives every such block
/// back to the system at once and gets fresh pages for the next: reading a record takes twice as long then, and an
/// activation over the feature maps of a batch of images three times. To be called first thing in main; does nothing
/// where there is no glibc.
void keep_freed_memory();

}  // namespace beatbench
