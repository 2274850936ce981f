#include "beatbench/core/memory.h"

#include <cstdlib>  // tells whether this is glibc
#include <limits>

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

}  // namespace beatbench
