#include "training/fused_adam.h"

#include <ATen/Parallel.h>

namespace beatbench {

void adam_step(const AdamStep& step, std::int64_t count, const float* gradient, float* weight, float* first,
               float* second) {
  constexpr std::int64_t grain = 1 << 16;
  at::parallel_for(0, count, grain, [=](std::int64_t begin, std::int64_t end) {
#pragma GCC ivdep
    for (std::int64_t i = begin; i < end; ++i) {
      const float w = weight[i] * step.weight_factor;
      const float g = gradient[i] + step.gradient_decay * weight[i];
      first[i] = step.beta1 * first[i] + (1.0F - step.beta1) * g;
      second[i] = step.beta2 * second[i] + (1.0F - step.beta2) * g * g;
      weight[i] = w - step.step_size * first[i] / (std::sqrt(second[i]) / step.second_correction + step.epsilon);
    }
  });
}

}  // namespace beatbench
