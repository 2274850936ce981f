#pragma once

#include <cstdint>
#include <optional>

namespace beatbench {

/// Keeps the memory of large blocks when they are freed, for the next ones, up to 2 GiB. glibc gives every such block
/// back to the system at once and gets fresh pages for the next: reading a record takes twice as long then, and an
/// activation over the feature maps of a batch of images three times. To be called first thing in main; does nothing
/// where there is no glibc.
void keep_freed_memory();

/// While it lives, this process can take at most so many bytes more than it has: what asks for more gets std::bad_alloc
/// or the library's own error (RLIMIT_DATA). Does nothing where the system does not tell what the process has. Not for
/// two threads at once.
class MemoryLimit {
 public:
  explicit MemoryLimit(std::uint64_t more_bytes);
  ~MemoryLimit();
  MemoryLimit(const MemoryLimit&) = delete;
  MemoryLimit& operator=(const MemoryLimit&) = delete;

 private:
  std::optional<std::uint64_t> before_;  // the limit to go back to
};

}  // namespace beatbench
