// Plain loops that the compiler vectorises, with the vector exponential of the C library: this file is compiled with
// -ffast-math, and once per instruction set where the compiler can choose at run time.
#include "models/lstm_kernel.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <vector>

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define BEATBENCH_VECTOR_CLONES __attribute__((target_clones("default", "avx2", "avx512f")))
#else
#define BEATBENCH_VECTOR_CLONES
#endif

namespace beatbench::models {
namespace {

// The clamp keeps exp finite: outside it float32 is at 0 or 1 anyway.
inline float sigmoid(float x) { return 1.0F / (1.0F + std::exp(-std::min(std::max(x, -80.0F), 80.0F))); }
inline float hyperbolic_tangent(float x) { return 2.0F * sigmoid(2.0F * x) - 1.0F; }

// out[0..columns) += row[0..inner) * matrix[inner, columns]
inline void add_product(const float* row, const float* matrix, int inner, int columns, float* out) {
  for (int k = 0; k < inner; ++k) {
    const float factor = row[k];
    const float* line = matrix + static_cast<std::ptrdiff_t>(k) * columns;
    for (int j = 0; j < columns; ++j) out[j] += factor * line[j];
  }
}

}  // namespace

BEATBENCH_VECTOR_CLONES
void lstm_forward(const LstmSlice& slice, const float* recurrent, float* gates, float* cells, float* states) {
  const int H = slice.hidden;
  const std::vector<float> zeros(static_cast<std::size_t>(H), 0.0F);
  for (int t = 0; t < slice.steps; ++t) {
    for (int n = slice.first; n < slice.end; ++n) {
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(t) * slice.batch + n;
      float* gate = gates + at * 4 * H;
      float* cell = cells + at * H;
      float* state = states + at * H;
      const float* cell_before = t ? cell - static_cast<std::ptrdiff_t>(slice.batch) * H : zeros.data();
      if (t) add_product(state - static_cast<std::ptrdiff_t>(slice.batch) * H, recurrent, H, 4 * H, gate);
      for (int j = 0; j < 2 * H; ++j) gate[j] = sigmoid(gate[j]);
      for (int j = 2 * H; j < 3 * H; ++j) gate[j] = hyperbolic_tangent(gate[j]);
      for (int j = 3 * H; j < 4 * H; ++j) gate[j] = sigmoid(gate[j]);
      for (int j = 0; j < H; ++j) {
        cell[j] = gate[H + j] * cell_before[j] + gate[j] * gate[2 * H + j];
        state[j] = gate[3 * H + j] * hyperbolic_tangent(cell[j]);
      }
    }
  }
}

BEATBENCH_VECTOR_CLONES
void lstm_backward(const LstmSlice& slice, const float* recurrent, const float* last_gradient, const float* cells,
                   float* gates) {
  const int H = slice.hidden;
  const std::vector<float> zeros(static_cast<std::size_t>(H), 0.0F);
  std::vector<float> state_gradient(static_cast<std::size_t>(H));
  std::vector<float> cell_gradient(static_cast<std::size_t>(H));
  for (int n = slice.first; n < slice.end; ++n) {
    std::copy_n(last_gradient + static_cast<std::ptrdiff_t>(n) * H, H, state_gradient.begin());
    std::fill(cell_gradient.begin(), cell_gradient.end(), 0.0F);
    float* dh = state_gradient.data();
    float* dc = cell_gradient.data();
    for (int t = slice.steps - 1; t >= 0; --t) {
      const std::ptrdiff_t at = static_cast<std::ptrdiff_t>(t) * slice.batch + n;
      float* gate = gates + at * 4 * H;
      const float* cell = cells + at * H;
      const float* cell_before = t ? cell - static_cast<std::ptrdiff_t>(slice.batch) * H : zeros.data();
      for (int j = 0; j < H; ++j) {
        const float in = gate[j], forget = gate[H + j], candidate = gate[2 * H + j], out = gate[3 * H + j];
        const float squashed = hyperbolic_tangent(cell[j]);
        dc[j] += dh[j] * out * (1.0F - squashed * squashed);
        gate[j] = dc[j] * candidate * in * (1.0F - in);
        gate[H + j] = dc[j] * cell_before[j] * forget * (1.0F - forget);
        gate[2 * H + j] = dc[j] * in * (1.0F - candidate * candidate);
        gate[3 * H + j] = dh[j] * squashed * out * (1.0F - out);
        dc[j] *= forget;
        dh[j] = 0.0F;
      }
      add_product(gate, recurrent, 4 * H, H, dh);
    }
  }
}

}  // namespace beatbench::models
