#include "beatbench/core/memory.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdlib>  // tells whether this is glibc
#include <fstream>
#include <limits>
#include <string>

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace beatbench {

void keep_freed_memory() {
#ifdef __GLIBC__
  ::mallopt(M_MMAP_MAX, 0);                                      // no block comes from the system by itself,
  ::mallopt(M_TRIM_THRESHOLD, std::numeric_limits<int>::max());  // bytes, 2 GiB
#endif
}

namespace {

// What RLIMIT_DATA counts: private memory that can be written to (VmData of /proc/self/status, in KiB).
std::optional<std::uint64_t> private_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t kib = 0;
    if (word == "VmData:" && status >> kib) return kib * 1024;
  }
  return std::nullopt;
}

}  // namespace

MemoryLimit::MemoryLimit(std::uint64_t more_bytes) {
  const std::optional<std::uint64_t> has = private_bytes();
  rlimit limit{};
  if (!has || ::getrlimit(RLIMIT_DATA, &limit) != 0) return;
  const rlim_t before = limit.rlim_cur;
  const rlim_t wanted = *has + more_bytes;
  limit.rlim_cur = std::min({wanted, limit.rlim_max, before});  // RLIM_INFINITY is the largest number
  if (::setrlimit(RLIMIT_DATA, &limit) == 0) before_ = before;
}

MemoryLimit::~MemoryLimit() {
  rlimit limit{};
  if (!before_ || ::getrlimit(RLIMIT_DATA, &limit) != 0) return;
  limit.rlim_cur = *before_;
  ::setrlimit(RLIMIT_DATA, &limit);
}

}  // namespace beatbench
