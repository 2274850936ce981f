#include "graph/ops/windows.h"

#include "graph/ops/ops.h"

namespace beatbench::graph {

std::int64_t window_count(std::int64_t in, std::int64_t kernel, std::int64_t stride, std::int64_t before,
                          std::int64_t after, std::int64_t dilation) {
  constexpr std::int64_t most = 1 << 24;
  for (const std::int64_t size : {in, kernel, stride, dilation})
    require(size >= 1 && size <= most, "has windows of " + std::to_string(kernel) + " in " + std::to_string(in));
  require(before >= 0 && after >= 0 && before <= most && after <= most, "has negative or too large pads");
  const std::int64_t free = in + before + after - dilation * (kernel - 1) - 1;
  require(free >= 0, "has windows of " + std::to_string(kernel) + " for " + std::to_string(in) + " places");
  return free / stride + 1;
}

}  // namespace beatbench::graph
